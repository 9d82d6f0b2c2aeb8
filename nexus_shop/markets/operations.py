"""Keeping the table of tax rates. The table is one thing: whoever changes it holds its lock."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from django.db import connection

from nexus_shop.core.errors import ListFull, NotFound, Room
from nexus_shop.core.transactions import require_transaction, transaction
from nexus_shop.core.versions import ensure_current

from .errors import RateFacts, TaxRateExists, TaxRateRefused
from .models import TaxRate
from .queries import RateDraft, rate_draft_of
from .taxes import compact

#: Every line of a cart is held against every rate.
MAX_RATES: Final = 500
STEP: Final = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Named:
    """What rates may name, which this app does not know: codes of countries, slugs of product classes."""

    countries: Collection[str]
    product_classes: Collection[str]


@transaction
def create_tax_rate(draft: RateDraft, *, named: Named) -> int:
    """Add a rate; returns its id. Locks the table.

    Raises TaxRateExists, TaxRateRefused, ListFull, and NotFound for a country or product class that is none.
    """
    _lock_table()
    if TaxRate.objects.count() >= MAX_RATES:
        raise ListFull(Room(MAX_RATES))
    _check_names(draft.country, draft.product_class, named)
    return _write(TaxRate(), draft)


@transaction
def change_tax_rate(rate_id: int, *, changes: Mapping[str, Any], named: Named, version: str | None = None) -> int:
    """Change what `changes` names (fields of RateDraft); returns the id. Locks the table. Orders keep what they had.

    Raises NotFound, StaleVersion, TaxRateExists, TaxRateRefused.
    """
    _lock_table()
    row = _row(rate_id)
    draft = rate_draft_of(row)
    ensure_current(version, draft)
    changed = replace(draft, **changes)
    _check_names(
        changed.country if changed.country != draft.country else "",
        changed.product_class if changed.product_class != draft.product_class else "",
        named,
    )
    return _write(row, changed)


@transaction
def delete_tax_rate(rate_id: int, *, version: str | None = None) -> None:
    """Take a rate out of the table. Locks the table. Raises NotFound, StaleVersion."""
    _lock_table()
    row = _row(rate_id)
    ensure_current(version, rate_draft_of(row))
    row.delete()


def _lock_table() -> None:
    require_transaction("a change of the tax rates")
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE markets_taxrate IN SHARE ROW EXCLUSIVE MODE")


def _row(rate_id: int) -> TaxRate:
    row = TaxRate.objects.filter(pk=rate_id).first()
    if row is None:
        raise NotFound
    return row


def _check_names(country: str, product_class: str, named: Named) -> None:
    if country and country not in named.countries:
        raise NotFound(pointer="/country")
    if product_class and product_class not in named.product_classes:
        raise NotFound(pointer="/product_class")


def _write(row: TaxRate, draft: RateDraft) -> int:
    if not 0 <= draft.percent <= 100 or draft.percent != draft.percent.quantize(STEP):
        raise TaxRateRefused(RateFacts("percent"), pointer="/percent")
    if not draft.country and (draft.state.strip() or draft.postcode.strip()):
        raise TaxRateRefused(RateFacts("country_missing"), pointer="/country")
    row.name = " ".join(draft.name.split())
    row.country, row.state = draft.country, " ".join(draft.state.split())
    row.postcode, row.product_class = compact(draft.postcode), draft.product_class
    row.rate = draft.percent / 100
    twins = TaxRate.objects.filter(
        country=row.country, state__iexact=row.state, postcode=row.postcode, product_class=row.product_class
    )
    if twins.exclude(pk=row.pk).exists():
        raise TaxRateExists(pointer="/country")
    row.save()
    return row.pk
