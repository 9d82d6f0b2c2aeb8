"""Keeping the table of tax rates."""

from decimal import Decimal
from typing import Any

import pytest

from nexus_shop.core.errors import ListFull, NotFound, StaleVersion
from nexus_shop.markets import operations
from nexus_shop.markets.errors import TaxRateExists, TaxRateRefused
from nexus_shop.markets.models import TaxRate
from nexus_shop.markets.operations import Named, change_tax_rate, create_tax_rate, delete_tax_rate
from nexus_shop.markets.queries import RateDraft, tax_rate, tax_rates

pytestmark = pytest.mark.django_db

NAMED = Named({"US", "GB"}, {"books"})
NEW_YORK = RateDraft("Sales tax", Decimal("8.875"), "US", "NY", "10", "books")


def test_created_rate_stands_in_the_table() -> None:
    pk = create_tax_rate(RateDraft(" Sales  tax", Decimal("8.875"), "US", " NY ", "1 0", "books"), named=NAMED)
    assert tax_rate(pk).draft == NEW_YORK
    assert TaxRate.objects.get(pk=pk).rate == Decimal("0.08875")


@pytest.mark.parametrize(("percent", "shown"), [("20.000", "20"), ("0", "0"), ("100", "100"), ("7.70", "7.7")])
def test_percent_is_shown_without_needless_digits(percent: str, shown: str) -> None:
    pk = create_tax_rate(RateDraft("VAT", Decimal(percent)), named=NAMED)
    assert str(tax_rate(pk).draft.percent) == shown


@pytest.mark.parametrize(
    ("draft", "reason", "pointer"),
    [
        (RateDraft("VAT", Decimal("100.001")), "percent", "/percent"),
        (RateDraft("VAT", Decimal(-1)), "percent", "/percent"),
        (RateDraft("VAT", Decimal("1.0001")), "percent", "/percent"),
        (RateDraft("VAT", Decimal(1), "", "NY"), "country_missing", "/country"),
        (RateDraft("VAT", Decimal(1), "", "", "10"), "country_missing", "/country"),
    ],
)
def test_rate_that_says_nothing_is_refused(draft: RateDraft, reason: str, pointer: str) -> None:
    with pytest.raises(TaxRateRefused) as refused:
        create_tax_rate(draft, named=NAMED)
    assert (refused.value.facts.reason, refused.value.pointer) == (reason, pointer)
    assert not TaxRate.objects.exists()


@pytest.mark.parametrize(
    ("changes", "pointer"), [({"country": "XX"}, "/country"), ({"product_class": "mugs"}, "/product_class")]
)
def test_rate_names_what_there_is(changes: dict[str, Any], pointer: str) -> None:
    pk = create_tax_rate(NEW_YORK, named=NAMED)
    with pytest.raises(NotFound) as missing:
        change_tax_rate(pk, changes=changes, named=NAMED)
    assert missing.value.pointer == pointer
    assert tax_rate(pk).draft == NEW_YORK


def test_rate_of_a_class_that_is_gone_can_still_be_changed() -> None:
    pk = create_tax_rate(NEW_YORK, named=NAMED)
    change_tax_rate(pk, changes={"percent": Decimal(9)}, named=Named({"US"}, set()))
    assert tax_rate(pk).draft.percent == 9


def test_one_rate_for_each_place_and_class() -> None:
    create_tax_rate(NEW_YORK, named=NAMED)
    other = create_tax_rate(RateDraft("All", Decimal(1)), named=NAMED)
    with pytest.raises(TaxRateExists):
        create_tax_rate(RateDraft("Again", Decimal(1), "US", "ny", "1 0", "books"), named=NAMED)
    place = {"country": "US", "state": "NY", "postcode": "10", "product_class": "books"}
    with pytest.raises(TaxRateExists):
        change_tax_rate(other, changes=place, named=NAMED)
    assert [stored.draft.name for stored in tax_rates()] == ["All", "Sales tax"]


def test_stale_version_changes_nothing() -> None:
    pk = create_tax_rate(NEW_YORK, named=NAMED)
    first = tax_rate(pk).version
    change_tax_rate(pk, changes={"percent": Decimal(9)}, named=NAMED, version=first)
    with pytest.raises(StaleVersion):
        change_tax_rate(pk, changes={"percent": Decimal(10)}, named=NAMED, version=first)
    with pytest.raises(StaleVersion):
        delete_tax_rate(pk, version=first)
    assert tax_rate(pk).draft.percent == 9


def test_deleted_rate_is_gone() -> None:
    pk = create_tax_rate(NEW_YORK, named=NAMED)
    delete_tax_rate(pk, version=tax_rate(pk).version)
    assert tax_rates() == []
    for again in (delete_tax_rate, tax_rate):
        with pytest.raises(NotFound):
            again(pk)


def test_table_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "MAX_RATES", 1)
    create_tax_rate(NEW_YORK, named=NAMED)
    with pytest.raises(ListFull):
        create_tax_rate(RateDraft("All", Decimal(1)), named=NAMED)
    assert TaxRate.objects.count() == 1
