"""What ways of delivery charge."""

from decimal import Decimal
from typing import Any

import pytest

from forked_apps.shipping.pricing import Band, Method, Parcel, Verdict, shipping_quotes, verdict
from nexus_shop.markets.taxes import Destination


def method(code: str = "post", **facts: Any) -> Method:
    return Method(code, code.title(), **facts)


def parcel(total: str = "30.00", units: int = 3, **facts: Any) -> Parcel:
    return Parcel("GBP", True, Decimal(total), {1: units}, **facts)


BANDS = (Band(Decimal(1), Decimal("2.00")), Band(Decimal(5), Decimal("6.00")))
D = Decimal


@pytest.mark.parametrize(
    ("way", "charge"),
    [
        (method(price=D("4.00")), "4.00"),
        (method(price=D("4.00"), price_per_item=D("0.50")), "5.50"),
        (method(price=D("4.00"), free_over=D("30.00")), "0"),
        (method(kind="collect"), "0"),
    ],
)
def test_charge_of_a_method(way: Method, charge: str) -> None:
    assert verdict(way, parcel(), None).charge == D(charge)


def test_what_is_missing_to_free_delivery() -> None:
    assert verdict(method(price=D("4.00"), free_over=D("50.00")), parcel(), None) == Verdict(
        D("4.00"), to_free=D("20.00")
    )


@pytest.mark.parametrize(
    ("weight", "charge"),
    [("0", "2.00"), ("0.333", "2.00"), ("0.5", "6.00"), ("1.5", "6.00"), ("1.9", "8.00"), ("4", "18.00")],
)
def test_charge_by_weight_sends_as_many_largest_parcels_as_needed(weight: str, charge: str) -> None:
    assert verdict(method(kind="weight", bands=BANDS), parcel(weights={1: D(weight)}), None).charge == D(charge)


def test_product_without_a_weight_has_the_default_one() -> None:
    assert verdict(method(kind="weight", bands=BANDS, default_weight=D("1")), parcel(units=4), None).charge == D("6.00")


@pytest.mark.parametrize(("total", "charge"), [("1.00", "2.00"), ("1.01", "6.00"), ("5.00", "6.00"), ("5.01", None)])
def test_charge_by_total_ends_with_the_last_band(total: str, charge: str | None) -> None:
    found = verdict(method(kind="total", bands=BANDS), parcel(total), None)
    assert found == (Verdict(D(charge)) if charge else Verdict(None, "total"))


@pytest.mark.parametrize(
    ("destination", "reason"),
    [
        (None, ""),
        (Destination("GB", postcode="ze1 0aa"), ""),
        (Destination("US", postcode="ZE1"), "country"),
        (Destination("GB", postcode="AB1"), "postcode"),
    ],
)
def test_zone_of_a_method(destination: Destination | None, reason: str) -> None:
    island = method(price=D("9.00"), countries=frozenset({"GB"}), postcodes=("ZE", "HS"))
    assert verdict(island, parcel(), destination).reason == reason


def test_collecting_has_no_zone() -> None:
    shop = method(kind="collect", countries=frozenset({"GB"}))
    assert verdict(shop, parcel(), Destination("US")).charge == 0


def test_quotes_come_cheapest_first_and_leave_out_who_does_not_serve() -> None:
    ways = [method("far", price=D("9.00")), method("near", price=D("3.00")), method("gb", countries=frozenset({"GB"}))]
    quotes = shipping_quotes(ways, parcel(), destination=Destination("US"), rate=D("0.20"))
    assert [(quote.code, quote.price.gross, quote.price.tax) for quote in quotes] == [
        ("near", D("3.00"), D("0.50")),
        ("far", D("9.00"), D("1.50")),
    ]


def test_shop_without_methods_has_the_flat_rate() -> None:
    (quote,) = shipping_quotes([], parcel(), destination=None, rate=D("0.20"))
    assert (quote.code, quote.price.gross) == ("flat-rate", D("4.95"))


def test_what_needs_no_shipping_has_one_method_and_needs_no_address() -> None:
    (quote,) = shipping_quotes([method()], Parcel("GBP", False), destination=None, rate=None)
    assert (quote.code, quote.price.net) == ("no-shipping-required", D(0))
    assert not quote.needs_address
