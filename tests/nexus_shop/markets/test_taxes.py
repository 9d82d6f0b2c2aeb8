"""Which rate of tax applies."""

from decimal import Decimal

import pytest
from django.db import IntegrityError
from pytest_django import Settings

from nexus_shop.core.rules import rules_token
from nexus_shop.markets.models import TaxRate
from nexus_shop.markets.taxes import TAXES, Destination, TaxBook, TaxRule


def rule(country: str, rate: str, *, state: str = "", postcode: str = "", product_class: str = "") -> TaxRule:
    return TaxRule(f"{country} {rate}", country, state, postcode, product_class, Decimal(rate))


BOOK = TaxBook(
    (
        rule("", "0.01"),
        rule("GB", "0.20"),
        rule("GB", "0", product_class="books"),
        rule("US", "0.05", state="NY"),
        rule("US", "0.08", state="NY", postcode="100"),
        rule("DE", "0.19"),
    )
)


@pytest.fixture(autouse=True)
def _by_address(settings: Settings) -> None:
    settings.TAX_BY_ADDRESS = True
    settings.SHOP_COUNTRY = "DE"


@pytest.mark.parametrize(
    ("destination", "product_class", "rate"),
    [
        (Destination("GB"), "", "0.20"),
        (Destination("GB"), "mugs", "0.20"),
        (Destination("GB"), "books", "0"),
        (Destination("US", "NY", "12207"), "", "0.05"),
        (Destination("US", "ny ", "10001"), "", "0.08"),
        (Destination("US", "NY", "1 00 01"), "", "0.08"),
        (Destination("US", "CA", "90210"), "", "0.01"),
        (Destination("JP"), "books", "0.01"),
    ],
)
def test_narrowest_rule_counts(destination: Destination, product_class: str, rate: str) -> None:
    assert BOOK.rate(product_class, destination) == Decimal(rate)


def test_place_that_no_rule_speaks_of_is_not_taxed() -> None:
    assert TaxBook((rule("GB", "0.20"),)).rate("", Destination("US")) == 0


def test_net_prices_know_no_tax_without_an_address(settings: Settings) -> None:
    settings.PRICES_INCLUDE_TAX = False
    assert BOOK.rate("", None) is None


def test_gross_prices_contain_the_tax_at_home_until_there_is_an_address(settings: Settings) -> None:
    settings.PRICES_INCLUDE_TAX = True
    assert BOOK.rate("", None) == Decimal("0.19")


def test_shop_with_one_rate_asks_no_table(settings: Settings) -> None:
    settings.TAX_BY_ADDRESS = False
    settings.TAX_RATE = Decimal("0.25")
    assert BOOK.rate("books", Destination("GB")) == Decimal("0.25")


@pytest.mark.django_db
def test_table_is_read_again_when_it_has_changed() -> None:
    before = rules_token()
    assert TAXES.at(before).rules == ()
    TaxRate.objects.create(name="VAT", country="GB", rate="0.20")
    after = rules_token()
    assert before != after
    assert TAXES.at(after).rate("", Destination("GB")) == Decimal("0.2")
    TaxRate.objects.update(rate="0.175")
    assert TAXES.at(rules_token()).rate("", Destination("GB")) == Decimal("0.175")
    TaxRate.objects.all().delete()
    assert TAXES.at(rules_token()).rules == ()


@pytest.mark.django_db
@pytest.mark.parametrize("facts", [{"rate": "1.5", "country": "GB"}, {"rate": "-0.1"}, {"rate": "0.1", "state": "NY"}])
def test_database_refuses_rates_that_are_none(facts: dict[str, str]) -> None:
    with pytest.raises(IntegrityError):
        TaxRate.objects.create(name="Odd", **facts)
