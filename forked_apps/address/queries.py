"""Countries."""

from typing import Any

from nexus_shop.core.errors import NotFound

from .models import Country


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


def is_served(country: str) -> bool:
    """Whether the shop ships to the country of that code. Raises NotFound for a code that is none."""
    served = Country.objects.filter(pk=country).values_list("is_shipping_country", flat=True).first()
    if served is None:
        raise NotFound
    return served
