"""What a merchant may say of a shipping method."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from forked_apps.shipping.drafts import MethodDraft, check_draft, tidied
from forked_apps.shipping.errors import ShippingMethodRefused
from forked_apps.shipping.pricing import Band

D = Decimal
WEIGHED = MethodDraft("Parcel", kind="weight", bands=(Band(D(2), D("4.90")), Band(D("20.5"), D(12))))


def test_draft_that_can_be_charged_is_taken() -> None:
    check_draft(MethodDraft("Parcel", price=D("4.90"), free_over=D(50)), currency="GBP")
    check_draft(WEIGHED, currency="GBP")
    check_draft(replace(WEIGHED, kind="total"), currency="GBP")
    check_draft(MethodDraft("Shop", kind="collect", pickup_address="1 Main St"), currency="GBP")


@pytest.mark.parametrize(
    ("changes", "reason", "pointer"),
    [
        ({"price": D("-0.01")}, "amount", "/price"),
        ({"price_per_item": D("0.001")}, "amount", "/price_per_item"),
        ({"free_over": D("9.999")}, "amount", "/free_over"),
        ({"default_weight": D("0.0001")}, "limit", "/default_weight"),
        ({"bands": ()}, "bands_missing", "/bands"),
        ({"kind": "flat"}, "bands_not_used", "/bands"),
        ({"kind": "total", "bands": (Band(D("9.999"), D(1)),)}, "amount", "/bands/0/upper_limit"),
        ({"bands": (Band(D(0), D(1)),)}, "limit", "/bands/0/upper_limit"),
        ({"bands": (Band(D(1), D("-1")),)}, "amount", "/bands/0/charge"),
        ({"bands": (Band(D(1), D(1)), Band(D("1.000"), D(2)))}, "limit_twice", "/bands/1/upper_limit"),
        ({"kind": "collect", "bands": (), "pickup_address": " "}, "pickup_address_missing", "/pickup_address"),
    ],
)
def test_draft_that_cannot_be_charged_is_refused(changes: dict[str, Any], reason: str, pointer: str) -> None:
    with pytest.raises(ShippingMethodRefused) as refused:
        check_draft(replace(WEIGHED, **changes), currency="GBP")
    assert (refused.value.facts.reason, refused.value.pointer) == (reason, pointer)


def test_amounts_have_the_digits_of_the_currency() -> None:
    with pytest.raises(ShippingMethodRefused):
        check_draft(MethodDraft("Parcel", price=D("4.90")), currency="JPY")


def test_tidied_draft_has_everything_once_and_in_order() -> None:
    draft = MethodDraft(
        "  A   parcel ",
        countries=("US", "GB", "US"),
        postcodes=(" sw1 a", "SW1A", "", "ec"),
        bands=(Band(D(5), D(2)), Band(D(1), D(1))),
    )
    assert tidied(draft) == MethodDraft(
        "A parcel", countries=("GB", "US"), postcodes=("SW1A", "EC"), bands=(Band(D(1), D(1)), Band(D(5), D(2)))
    )
