"""Stock records, as staff and partner staff keep them: prices and terms. The figure of stock is adjusted instead."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db.models import Q

from forked_apps.catalogue.errors import VariantRequired
from forked_apps.catalogue.models import Product
from nexus_shop.core.errors import NotFound
from nexus_shop.core.transactions import refusing, transaction, transaction_required
from nexus_shop.core.versions import ensure_current, version_of

from .errors import LastStockRecord, ListPriceTooLow, PartnerSkuTaken, PromiseFacts, StockStillPromised
from .models import Partner, StockRecord
from .operations import TERMS, check_terms, end_records, open_records, set_price, set_stock, set_terms
from .products import default_partner
from .queries import partners_of, products_of, stock_records_of

if TYPE_CHECKING:
    from nexus_shop.accounts.models import User

REASON: Final = "api"


@dataclass(frozen=True, slots=True)
class StockTerms:
    """What is written of a stock record; its version is made of it. Amounts as entered, in `price_currency`."""

    price_currency: str
    price: Decimal | None
    list_price: Decimal | None
    partner_sku: str
    low_stock_threshold: int | None
    backorder_limit: int
    expected_on: date | None
    is_preorder: bool


def terms_of(record: StockRecord) -> StockTerms:
    """What is written of a record."""
    return StockTerms(
        record.price_currency,
        record.price,
        record.list_price,
        record.partner_sku,
        record.low_stock_threshold,
        record.backorder_limit,
        record.expected_on,
        record.is_preorder,
    )


def stock_version_of(record: StockRecord) -> str:
    """The version of a record: another one after every change of its terms. Sales change none."""
    return version_of(terms_of(record))


@transaction(before_commit="documents")
def create_stock_record(user: "User", values: Mapping[str, Any]) -> int:
    """Let a partner sell a product; returns the record's id. Its opening figure is `num_in_stock`.

    `values`: product (id), partner (id; left out: the default one, or the user's), and the fields of StockTerms but the
    currency, which is the shop's; `reason` is what the ledgers say. Raises NotFound for a product or partner that is
    not the user's to change, VariantRequired, PartnerSkuTaken, ListPriceTooLow, ValueRefused. Publishes PriceChanged.
    """
    product = products_of(user).filter(pk=values["product"]).first()
    if product is None:
        raise NotFound(pointer="/product")
    locked = Product.objects.select_for_update(no_key=True, of=("self",)).get(pk=product.pk)
    return add_stock_record(user, locked, values)


@transaction_required
def add_stock_record(user: "User", locked: Product, values: Mapping[str, Any]) -> int:
    """`create_stock_record` inside the transaction of the caller, who has locked the product or just made it.

    The user may change it.
    """
    if locked.is_parent:
        raise VariantRequired(pointer="/product")
    price, list_price = values.get("price"), values.get("list_price")
    check_prices(price, list_price)
    check_terms(values)
    figure = values.get("num_in_stock", 0)
    record = StockRecord(
        product=locked,
        partner=partner_for(user, values.get("partner")),
        partner_sku=values.get("partner_sku") or locked.upc or f"product-{locked.pk}",
        price_currency=settings.OSCAR_DEFAULT_CURRENCY,
        price=price,
        list_price=list_price,
        num_in_stock=figure,
        num_allocated=0,
        **{name: values[name] for name in TERMS if name in values},
    )
    with refusing({"partner_stockrecord_partner_id_partner_sku": PartnerSkuTaken(pointer="/partner_sku")}):
        open_records([record], changed_by=user.pk, reason=values.get("reason") or REASON)
    return int(record.pk)


@transaction(before_commit="documents")
def change_stock_record(
    user: "User", record_id: int, *, changes: Mapping[str, Any], version: str | None = None
) -> None:
    """Change terms and prices (fields of StockTerms but the currency); `reason` is what the ledgers say of it.

    Locks the record. Raises NotFound also where it is not the user's, StaleVersion, PartnerSkuTaken, ListPriceTooLow,
    StockBelowAllocation, ValueRefused. Publishes PriceChanged, and what the terms cross.
    """
    record = locked_stock_record(user, record_id)
    ensure_current(version, terms_of(record))
    alter_stock_record(record, changes, changed_by=user.pk, reason=changes.get("reason") or REASON)


@transaction_required
def alter_stock_record(
    record: StockRecord, changes: Mapping[str, Any], *, changed_by: int | None, reason: str = REASON
) -> bool:
    """`change_stock_record` of a locked record, and its figure too where `changes` has `num_in_stock`.

    Whether anything is another now.
    """
    before = (terms_of(record), record.num_in_stock)
    sku = changes.get("partner_sku", record.partner_sku)
    if sku != record.partner_sku:
        record.partner_sku = sku
        with refusing({"partner_stockrecord_partner_id_partner_sku": PartnerSkuTaken(pointer="/partner_sku")}):
            record.save(update_fields=["partner_sku", "date_updated"])
    set_terms(record.pk, changes={name: changes[name] for name in TERMS if name in changes})
    if "price" in changes or "list_price" in changes:
        price, list_price = changes.get("price", record.price), changes.get("list_price", record.list_price)
        check_prices(price, list_price)
        set_price(record.pk, price=price, list_price=list_price, changed_by=changed_by, reason=reason)
    if changes.get("num_in_stock", record.num_in_stock) != record.num_in_stock:
        set_stock(record.pk, num_in_stock=changes["num_in_stock"], changed_by=changed_by, reason=reason)
    record.refresh_from_db()
    return (terms_of(record), record.num_in_stock) != before


@transaction(before_commit="documents")
def delete_stock_record(user: "User", record_id: int, *, version: str | None = None, reason: str = REASON) -> None:
    """Let a partner sell a product no longer; its ledgers stay, and end with `reason`.

    Locks the product for partner staff, then the record. Raises NotFound also where it is not the user's, StaleVersion,
    StockStillPromised; LastStockRecord for partner staff where nobody would sell the product, nor a variant of it.
    Publishes PriceChanged and StockAdjusted, as `end_records`.
    """
    product_id = stock_records_of(user).filter(pk=record_id).values_list("product_id", flat=True).first()
    if product_id is None:
        raise NotFound
    head_id = head_for_removal(user, product_id)
    record = locked_stock_record(user, record_id)
    ensure_current(version, terms_of(record))
    allocated, reservations = record.num_allocated or 0, record.reservations.count()
    if allocated or reservations:
        raise StockStillPromised(PromiseFacts(allocated=allocated, reservations=reservations))
    end_records([record], changed_by=user.pk, reason=reason)
    record.delete()
    ensure_still_sold(head_id)


@transaction_required
def head_for_removal(user: "User", product_id: int) -> int | None:
    """The locked head of a product's family, before partner staff delete stock records of it; None for staff."""
    if user.is_staff:
        return None
    head = Product.objects.filter(Q(pk=product_id, parent=None) | Q(children=product_id))
    found: int | None = head.select_for_update(no_key=True, of=("self",)).values_list("pk", flat=True).first()
    return found


@transaction_required
def ensure_still_sold(head_id: int | None) -> None:
    """Raise LastStockRecord where nobody sells the product, nor a variant of it. None is nobody's business."""
    family = Q(product=head_id) | Q(product__parent=head_id)
    if head_id is not None and not StockRecord.objects.filter(family).exists():
        raise LastStockRecord


@transaction_required
def locked_stock_record(user: "User", record_id: int) -> StockRecord:
    """The record, locked. Raises NotFound also where it is not the user's."""
    records = stock_records_of(user).select_for_update(of=("self",))
    record = records.filter(pk=record_id).first()
    if record is None:
        raise NotFound
    return record


def check_prices(price: Decimal | None, list_price: Decimal | None) -> None:
    """Raise ListPriceTooLow unless a list price is above the price."""
    if list_price is not None and (price is None or list_price <= price):
        raise ListPriceTooLow(pointer="/list_price")


@transaction_required
def partner_for(user: "User", partner_id: int | None) -> Partner:
    """The partner whose stock the user means; the default one, or the one that partner staff work for. Raises NotFound
    (pointer /partner), also where partner staff work for several and name none.
    """
    if partner_id is None and user.is_staff:
        return default_partner()
    partners = partners_of(user) if partner_id is None else partners_of(user).filter(pk=partner_id)
    found = list(partners.select_for_update(no_key=True, of=("self",)).order_by("pk")[:2])
    if len(found) != 1:
        raise NotFound(pointer="/partner")
    return found[0]
