"""Countries, and address books."""

from dataclasses import dataclass
from typing import Any, Final

from nexus_shop.core.errors import NotFound
from nexus_shop.core.versions import version_of
from nexus_shop.markets.taxes import Destination

from .models import Country, UserAddress
from .validation import PostalAddress

_COLUMNS: Final = ("handle", "search_text", "is_default_for_shipping", "is_default_for_billing", "country_id")
_FIELDS: Final = tuple(name for name in PostalAddress.__slots__ if name != "country")


@dataclass(frozen=True, slots=True)
class BookEntry:
    """An address of a customer's book."""

    handle: str
    search_text: str
    is_default_for_shipping: bool
    is_default_for_billing: bool
    address: PostalAddress

    @property
    def version(self) -> str:
        """Another one after every change."""
        return version_of(self)


def countries() -> list[dict[str, Any]]:
    """All countries as `{code, name, is_shipping_country}`, those served first, then by name."""
    rows = Country.objects.order_by("-is_shipping_country", "display_order", "printable_name")
    return [
        {"code": code, "name": name, "is_shipping_country": served}
        for code, name, served in rows.values_list("iso_3166_1_a2", "printable_name", "is_shipping_country")
    ]


def country_codes() -> frozenset[str]:
    """The codes of all countries that the shop knows."""
    return frozenset(Country.objects.values_list("pk", flat=True))


def is_served(country: str) -> bool | None:
    """Whether the shop delivers to the country of that code; None for a code that is none."""
    return Country.objects.filter(pk=country).values_list("is_shipping_country", flat=True).first()


def destination_in(country: str, state: str = "", postcode: str = "") -> Destination:
    """A place as ways of delivery see it. Raises NotFound for a country that is none."""
    served = is_served(country)
    if served is None:
        raise NotFound(pointer="/country")
    return Destination(country, state, postcode, is_served=served)


def addresses_of(user_id: int) -> list[BookEntry]:
    """The customer's book: the defaults first, then as they came."""
    return _entries(user_id)


def address_of(user_id: int, handle: str) -> BookEntry:
    """One address of the customer's book. Raises NotFound, also for another's."""
    found = _entries(user_id, handle=handle)
    if not found:
        raise NotFound
    return found[0]


def _entries(user_id: int, **sought: str) -> list[BookEntry]:
    rows = UserAddress.objects.filter(user_id=user_id, **sought)
    rows = rows.order_by("-is_default_for_shipping", "-is_default_for_billing", "pk")
    return [
        BookEntry(
            handle=row["handle"],
            search_text=row["search_text"],
            is_default_for_shipping=row["is_default_for_shipping"],
            is_default_for_billing=row["is_default_for_billing"],
            address=PostalAddress(row["country_id"], **{name: str(row[name] or "") for name in _FIELDS}),
        )
        for row in rows.values(*_COLUMNS, *_FIELDS)
    ]
