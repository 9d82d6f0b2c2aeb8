"""What a customer, or staff, may still change about a placed order besides its status."""

from dataclasses import dataclass
from typing import Any, Final, TypeVar

from forked_apps.address.errors import CountryFacts, CountryNotServed
from forked_apps.address.validation import PostalAddress, check_address
from forked_apps.shipping.pricing import unserved
from forked_apps.shipping.queries import METHODS
from nexus_shop.core.rules import rules_token
from nexus_shop.core.transactions import transaction
from nexus_shop.core.versions import ensure_version
from nexus_shop.markets.taxes import Destination, load_taxes

from .errors import AddressPricedOtherwise, CountryChangeRefused, OrderNotChangeable
from .history import CUSTOMER, STAFF, record_event
from .lifecycle import HOLDS_STOCK, has_started
from .models import BillingAddress, Order, OrderEvent, ShippingAddress
from .operations import lock_order

A = TypeVar("A", ShippingAddress, BillingAddress)
FIELDS: Final = ("first_name", "last_name", "line1", "line2", "line3", "line4", "state", "postcode")
SHIPPING_FIELDS: Final = (*FIELDS, "phone_number", "notes")


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be another; None leaves it as it is."""

    notes: str | None = None
    shipping_address: PostalAddress | None = None
    billing_address: PostalAddress | None = None


@transaction
def change_order(order_id: int, *, changes: Changes, changed_by: int | None, version: str | None = None) -> Order:
    """Change notes and addresses of an order for its customer. What is as it was is no change.

    Addresses can be changed until something is shipped, inside their country, to where taxes and delivery are the same.
    Locks the order. Raises NotFound, OrderNotChangeable, CountryChangeRefused, CountryNotServed, AddressIncomplete,
    InvalidPostcode, AddressPricedOtherwise, StaleVersion; then nothing is changed.
    """
    order = lock_order(order_id)
    ensure_version(version, order.version)
    changed = {
        "shipping_address": _change_address(order, "shipping_address", changes.shipping_address, SHIPPING_FIELDS),
        "billing_address": _change_address(order, "billing_address", changes.billing_address, FIELDS),
    }
    names = [name for name, fields in changed.items() if fields]
    if names:
        data = {"addresses": names}
        note = "; ".join(f"{name}: {', '.join(changed[name])}" for name in names)
        record_event(
            order.pk, OrderEvent.Kind.ADDRESS_CHANGED, role=CUSTOMER, actor_id=changed_by, data=data, note=note
        )
    if changes.notes is not None and changes.notes != order.customer_notes:
        order.customer_notes = changes.notes
        names.append("notes")
        record_event(order.pk, OrderEvent.Kind.NOTES_CHANGED, role=CUSTOMER, actor_id=changed_by, data={})
    if names:
        order.version += 1
        order.save(update_fields=["customer_notes", "version"])
    return order


def _change_address(order: Order, name: str, wanted: PostalAddress | None, fields: tuple[str, ...]) -> list[str]:
    """Write what differs; returns the names of those fields. Raises as `change_order`."""
    if wanted is None:
        return []
    row: Any = getattr(order, name)
    if row is None:
        raise OrderNotChangeable(pointer=f"/{name}")
    values = {field: getattr(wanted, field) for field in fields}
    if not (wanted.first_name or wanted.last_name):  # nobody was named: it stays who it was
        values |= {"first_name": row.first_name, "last_name": row.last_name}
    changed = [field for field, value in values.items() if getattr(row, field) != value]
    if row.country_id != wanted.country:
        raise CountryChangeRefused(pointer=f"/{name}/country")
    if not changed:
        return []
    _check_changeable(order, name)
    if name == "shipping_address" and not row.country.is_shipping_country:
        raise CountryNotServed(CountryFacts(country=wanted.country), pointer=f"/{name}/country")
    check_address(wanted, pointer=f"/{name}")
    _check_priced_alike(order, name, row, Destination(wanted.country, wanted.state, wanted.postcode))
    for field in changed:
        setattr(row, field, values[field])
    row.save()
    return changed


def _check_priced_alike(order: Order, name: str, row: ShippingAddress | BillingAddress, new: Destination) -> None:
    """Refuse where the rates of now differ between both places, or the chosen way of delivery serves the old one only.

    What a zone costs is a method of its own: inside of it the price is the same. Where something is shipped, taxes do
    not ask for the address of the bill.
    """
    if name == "billing_address" and order.shipping_address_id is not None:
        return
    old = Destination(row.country_id, row.state, row.postcode)
    method = next((each for each in METHODS.at(rules_token()) if each.code == order.shipping_code), None)
    is_cut_off = method is not None and unserved(method, new) and not unserved(method, old)
    own, parents = "product__product_class__slug", "product__parent__product_class__slug"
    classes = {mine or above or "" for mine, above in order.lines.values_list(own, parents)}
    taxes = load_taxes()
    if is_cut_off or any(taxes.rate(each, old) != taxes.rate(each, new) for each in {*classes, ""}):
        raise AddressPricedOtherwise(pointer=f"/{name}")


def _check_changeable(order: Order, name: str) -> None:
    """Refuse where units have left the house, or none is to leave it any more."""
    lines = list(order.lines.all())
    if any(has_started(line.units) for line in lines) or not any(HOLDS_STOCK & set(line.units) for line in lines):
        raise OrderNotChangeable(pointer=f"/{name}")


@transaction
def revoke_order_links(order_id: int, *, revoked_by: int | None) -> Order:
    """End all signed links of an order, for good; new ones can be asked for. Locks the order. Raises NotFound."""
    order = lock_order(order_id)
    order.link_version += 1
    order.save(update_fields=["link_version"])
    record_event(order.pk, OrderEvent.Kind.LINKS_REVOKED, role=STAFF, actor_id=revoked_by, data={})
    return order
