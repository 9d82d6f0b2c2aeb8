"""Offers in the dashboard: what cannot be is said beside its field."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from forked_apps.offer.models import ConditionalOffer
from tests.factories.shop import make_offer
from tests.factories.staff import browser_of, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> Client:
    return browser_of(make_member("Staff"))


@pytest.fixture
def offer() -> ConditionalOffer:
    return make_offer(name="Spring", offer_type=ConditionalOffer.SITE)


def restrict(browser: Client, offer: ConditionalOffer, **body: Any) -> Any:
    browser.get(f"/dashboard/offers/{offer.pk}/restrictions/")
    return browser.post(f"/dashboard/offers/{offer.pk}/restrictions/", {"priority": "0", **body})


SENSELESS = {
    "a word as a start": ({"start_datetime": "yesterday"}, "start_datetime", "Enter a valid date/time."),
    "a day that is none": ({"end_datetime": "2020-99-01"}, "end_datetime", "Enter a valid date/time."),
    "a character that cannot be stored": ({"start_datetime": "\0"}, "start_datetime", "Enter a valid date/time."),
    "the first year": ({"start_datetime": "0001-01-01"}, "start_datetime", "Dates go from 1900 to 2999."),
    "the last year": ({"end_datetime": "9999-12-31"}, "end_datetime", "Dates go from 1900 to 2999."),
    "an end before the start": (
        {"start_datetime": "2030-02-01", "end_datetime": "2030-01-01"},
        "end_datetime",
        "The end date must be after the start date",
    ),
    "no offer": ({"combinations": "abc"}, "combinations", "“abc” is not a valid value."),
    "a budget below zero": (
        {"max_discount": "-1"},
        "max_discount",
        "Ensure this value is greater than or equal to 0.",
    ),
    "no number": ({"max_discount": "NaN"}, "max_discount", "Enter a number."),
}


@pytest.mark.parametrize("case", SENSELESS)
def test_senseless_restriction_is_refused_at_its_field(staff: Client, offer: ConditionalOffer, case: str) -> None:
    body, field, reason = SENSELESS[case]

    answer = restrict(staff, offer, max_user_applications="7", **body)

    assert answer.status_code == 200
    assert answer.context["form"].errors == {field: [reason]}
    assert 'value="7"' in answer.content.decode()
    assert ConditionalOffer.objects.get().max_user_applications is None


def test_exclusive_offer_is_not_combined(staff: Client, offer: ConditionalOffer) -> None:
    other = make_offer(name="Autumn", offer_type=ConditionalOffer.SITE, exclusive=False)

    answer = restrict(staff, offer, exclusive="on", combinations=other.pk)

    assert answer.context["form"].errors == {"combinations": ["Exclusive offers cannot be combined"]}


def test_restrictions_are_saved(staff: Client, offer: ConditionalOffer) -> None:
    answer = restrict(staff, offer, start_datetime="2030-01-01", end_datetime="2030-02-01", max_discount="0.00")

    assert answer["Location"] == f"/dashboard/offers/{offer.pk}/"
    offer.refresh_from_db()
    assert (offer.start_datetime.date(), offer.end_datetime.date()) == (date(2030, 1, 1), date(2030, 2, 1))


@pytest.mark.parametrize(
    ("path", "body", "errors"),
    [
        ("incentive", {"type": "Absolute", "value": "NaN"}, {"value": ["Enter a number."]}),
        ("incentive", {"type": "Absolute", "value": "many"}, {"value": ["Enter a number."]}),
        ("condition", {"type": "Count", "value": "NaN"}, {"value": ["Enter a number."]}),
    ],
)
def test_what_is_no_number_is_not_said_to_be_missing(
    staff: Client, offer: ConditionalOffer, path: str, body: dict[str, str], errors: dict[str, list[str]]
) -> None:
    chosen = offer.benefit.range_id
    staff.post("/dashboard/offers/new/metadata/", {"name": "Autumn", "offer_type": "Site"})
    if path == "condition":
        staff.post("/dashboard/offers/new/incentive/", {"range": chosen, "type": "Absolute", "value": "1"})

    answer = staff.post(f"/dashboard/offers/new/{path}/", {"range": chosen, **body})

    assert answer.status_code == 200
    assert answer.context["form"].errors == errors


@pytest.mark.parametrize("path", ["incentive", "condition"])
def test_own_rule_that_there_is_not_is_refused(staff: Client, offer: ConditionalOffer, path: str) -> None:
    answer = staff.post(
        f"/dashboard/offers/{offer.pk}/{path}/", {"custom_benefit": "zz", "custom_condition": "zz", "type": "Count"}
    )

    assert answer.status_code == 200
    assert answer.context["form"].errors
