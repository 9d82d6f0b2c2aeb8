"""The table of tax rates as staff see it."""

from dataclasses import dataclass
from decimal import Decimal

from nexus_shop.core.errors import NotFound
from nexus_shop.core.versions import version_of

from .models import TaxRate


@dataclass(frozen=True, slots=True)
class RateDraft:
    """What a merchant says of a rate. `percent` 20 is 20 %; an empty country is everywhere else, an empty class all."""

    name: str
    percent: Decimal
    country: str = ""
    state: str = ""
    postcode: str = ""
    product_class: str = ""


@dataclass(frozen=True, slots=True)
class StoredRate:
    """A rate in the table."""

    id: int
    draft: RateDraft

    @property
    def version(self) -> str:
        """Another one after every change."""
        return version_of(self.draft)


def tax_rates() -> list[StoredRate]:
    """All rates, by place and class."""
    return [StoredRate(row.pk, rate_draft_of(row)) for row in TaxRate.objects.all()]


def tax_rate(rate_id: int) -> StoredRate:
    """One rate. Raises NotFound."""
    row = TaxRate.objects.filter(pk=rate_id).first()
    if row is None:
        raise NotFound
    return StoredRate(row.pk, rate_draft_of(row))


def rate_draft_of(row: TaxRate) -> RateDraft:
    """What a row says, as merchants say it."""
    return RateDraft(row.name, percent_of(row.rate), row.country, row.state, row.postcode, row.product_class)


def percent_of(rate: Decimal) -> Decimal:
    """The rate in percent, with no more digits than it needs: 20 for 0.20000."""
    percent = (rate * 100).normalize()
    return percent.quantize(Decimal(1)) if percent == percent.to_integral_value() else percent
