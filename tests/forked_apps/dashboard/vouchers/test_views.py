"""Sets of vouchers in the dashboard: as many as can be told apart, each with a code of its own."""

from typing import Any

import pytest
from django.test import Client

from forked_apps.offer.models import ConditionalOffer
from forked_apps.voucher.models import Voucher, VoucherSet
from tests.factories.shop import make_offer, make_voucher
from tests.factories.staff import browser_of, make_member
from tests.performance.statements import statements_of

pytestmark = pytest.mark.django_db

CREATE = "/dashboard/vouchers/sets/create/"
MANY = 10_000


@pytest.fixture
def staff() -> Client:
    return browser_of(make_member("Staff"))


@pytest.fixture
def offer() -> ConditionalOffer:
    return make_offer(name="Spring", offer_type=ConditionalOffer.VOUCHER)


def body_of(offer: ConditionalOffer, **changes: Any) -> dict[str, Any]:
    return {
        "name": "Letters",
        "code_length": "12",
        "description": "Sent by post",
        "start_datetime": "2030-01-01",
        "end_datetime": "2030-12-31",
        "count": "3",
        "usage": Voucher.SINGLE_USE,
        "offers": [offer.pk],
    } | changes


def update(browser: Client, voucher_set: VoucherSet, **body: Any) -> Any:
    return browser.post(f"/dashboard/vouchers/sets/update/{voucher_set.pk}/", body)


def test_set_is_made_with_its_vouchers(staff: Client, offer: ConditionalOffer) -> None:
    answer = staff.post(CREATE, body_of(offer))

    assert answer["Location"] == "/dashboard/vouchers/sets/"
    vouchers = Voucher.objects.order_by("pk")
    assert [voucher.name for voucher in vouchers] == ["Letters - 1", "Letters - 2", "Letters - 3"]
    assert {(len(voucher.code), voucher.usage) for voucher in vouchers} == {(14, Voucher.SINGLE_USE)}
    assert [list(voucher.offers.all()) for voucher in vouchers] == [[offer]] * 3
    assert len({voucher.code for voucher in vouchers}) == 3


REFUSED = {
    "codes that run out": (
        {"code_length": "1", "count": "60"},
        {"code_length": ["Codes this short are used up or guessed: take at least 6 characters."]},
    ),
    "codes that do not fit": (
        {"code_length": "500"},
        {"code_length": ["Ensure this value is less than or equal to 100."]},
    ),
    "no codes": (
        {"code_length": "0", "count": "0"},
        {"count": ["Ensure this value is greater than or equal to 1."]},
    ),
    "codes of no letters": (
        {"code_length": "-5"},
        {"code_length": ["Codes this short are used up or guessed: take at least 5 characters."]},
    ),
    "too many": ({"count": "10001"}, {"count": ["Ensure this value is less than or equal to 10000."]}),
    "the first year": ({"start_datetime": "0001-01-01"}, {"start_datetime": ["Dates go from 1900 to 2999."]}),
    "a name in use": ({"name": "Old"}, {"name": ["A voucher of this name exists already: Old - 2."]}),
}


@pytest.mark.parametrize("case", REFUSED)
def test_set_that_cannot_be_is_refused_at_its_fields(staff: Client, offer: ConditionalOffer, case: str) -> None:
    changes, errors = REFUSED[case]
    Voucher.objects.filter(pk=make_voucher().pk).update(name="Old - 2")

    answer = staff.post(CREATE, body_of(offer, **changes))

    assert answer.status_code == 200
    assert answer.context["form"].errors == errors
    assert VoucherSet.objects.count() == 0


def test_largest_set_is_made_by_few_statements(staff: Client, offer: ConditionalOffer) -> None:
    statements, answer = statements_of(lambda: staff.post(CREATE, body_of(offer, count=MANY, code_length=7)))

    assert answer.status_code == 302
    assert len(set(Voucher.objects.values_list("code", flat=True))) == MANY
    assert VoucherSet.objects.get().count == MANY
    assert len(statements) < 60


def test_changed_set_keeps_its_codes_and_gets_what_it_lacks(staff: Client, offer: ConditionalOffer) -> None:
    staff.post(CREATE, body_of(offer))
    voucher_set = VoucherSet.objects.get()
    first, middle, last = Voucher.objects.order_by("pk")
    middle.delete()
    voucher_set.update_count()
    other = make_offer(name="Autumn", offer_type=ConditionalOffer.VOUCHER)

    answer = update(staff, voucher_set, **body_of(other, count=4, usage=Voucher.MULTI_USE))

    assert answer.status_code == 302
    vouchers = Voucher.objects.order_by("pk")
    assert [voucher.name for voucher in vouchers] == [f"Letters - {place}" for place in (1, 2, 3, 4)]
    assert [voucher.code for voucher in vouchers[:2]] == [first.code, last.code]
    assert {(voucher.usage, voucher.offers.get()) for voucher in vouchers} == {(Voucher.MULTI_USE, other)}
    assert VoucherSet.objects.get().count == 4


def test_changed_set_is_bounded_too(staff: Client, offer: ConditionalOffer) -> None:
    staff.post(CREATE, body_of(offer))
    voucher_set = VoucherSet.objects.get()

    refused = update(staff, voucher_set, **body_of(offer, count=60, code_length=1))
    fewer = update(staff, voucher_set, **body_of(offer, count=2))

    assert "code_length" in refused.context["form"].errors
    assert "cannot be used to delete" in fewer.context["form"].errors["count"][0]
    assert Voucher.objects.count() == 3


def test_set_of_short_codes_can_be_renamed(staff: Client, offer: ConditionalOffer) -> None:
    staff.post(CREATE, body_of(offer))
    VoucherSet.objects.update(code_length=1)

    answer = update(staff, VoucherSet.objects.get(), **body_of(offer, name="Cards", code_length=1))

    assert answer.status_code == 302
    assert set(Voucher.objects.values_list("name", flat=True)) == {"Cards - 1", "Cards - 2", "Cards - 3"}
