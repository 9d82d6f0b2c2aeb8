"""Every country of ISO 3166, and where the demo shop delivers."""

from typing import Final

import pycountry

from forked_apps.address.models import Country
from nexus_shop.core.transactions import transaction_required

EUROPEAN_UNION: Final = (
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU"),
    *("LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
)
SERVED: Final = {*EUROPEAN_UNION, "AU", "CA", "CH", "GB", "IS", "JP", "KR", "LI", "NO", "NZ", "SG", "US"}


@transaction_required
def add_countries() -> int:
    """Add the countries that are missing; returns how many. Oscar's own command ends the process on a filled table."""
    known = set(Country.objects.values_list("iso_3166_1_a2", flat=True))
    missing = [
        Country(
            iso_3166_1_a2=country.alpha_2,
            iso_3166_1_a3=country.alpha_3,
            iso_3166_1_numeric=country.numeric,
            printable_name=getattr(country, "common_name", country.name),
            name=getattr(country, "official_name", country.name),
            is_shipping_country=country.alpha_2 in SERVED,
        )
        for country in pycountry.countries
        if country.alpha_2 not in known
    ]
    return len(Country.objects.bulk_create(missing, ignore_conflicts=True))
