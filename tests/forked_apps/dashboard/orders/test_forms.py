"""The forms of an order's page keep what was typed, and say beside each field what is wrong with it."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from forked_apps.order.models import Order, ShippingEvent
from forked_apps.order.operations import change_order_status
from forked_apps.payment.models import PaymentAttempt
from forked_apps.payment.operations import record_manual_payment
from nexus_shop.accounts.models import User
from tests.factories.shop import make_order, make_product
from tests.factories.staff import browser_of, make_member

pytestmark = pytest.mark.django_db

UNSHOWN = "This text has characters that cannot be shown."
TOO_LONG = "Ensure this value has at most 200 characters (it has 300)."


@pytest.fixture
def clerk() -> User:
    return make_member("Staff")


@pytest.fixture
def browser(clerk: User) -> Client:
    return browser_of(clerk)


@pytest.fixture
def order() -> Order:
    return make_order(make_product("Lamp", stock=5), quantity=2)


def post(browser: Client, order: Order, **body: Any) -> Any:
    answer = browser.post(f"/dashboard/orders/{order.number}/", body)
    assert answer.status_code == 200
    return answer


def chosen(order: Order, quantity: int = 1) -> dict[str, Any]:
    line = order.lines.get().pk
    return {"selected_line": line, f"selected_line_qty_{line}": quantity}


def test_refund_that_cannot_be_keeps_what_was_typed(browser: Client, order: Order) -> None:
    record_manual_payment(order.pk, amount=Decimal("24.95"), recorded_by=None)
    body = {"refund-amount": "3,50", "refund-reference": "Bank 7", "refund-reason": "Scratched"}

    answer = post(browser, order, order_action="refund_order_payment", **body)

    assert answer.context["refund_form"].errors == {"amount": ["Enter a number."]}
    assert not answer.context["note_form"].is_bound
    page = answer.content.decode()
    assert all(f'value="{typed}"' in page for typed in ("3,50", "Bank 7", "Scratched"))
    assert re.search(r'class="tab-pane fade show active" id="payment"', page)
    assert PaymentAttempt.objects.count() == 0


def test_each_field_of_a_payment_says_what_is_wrong(browser: Client, order: Order) -> None:
    answer = post(browser, order, order_action="create_order_payment_event", amount="abc", reference="x" * 129)

    assert answer.context["payment_form"].errors == {
        "amount": ["Enter a number."],
        "reference": ["Ensure this value has at most 128 characters (it has 129)."],
    }


@pytest.mark.parametrize(("reference", "reason"), [("x" * 300, TOO_LONG), ("a\1b", UNSHOWN)])
@pytest.mark.parametrize("action", ["change_line_statuses", "create_shipping_event"])
def test_reference_that_cannot_be_is_refused_whole(
    browser: Client, order: Order, action: str, reference: str, reason: str
) -> None:
    change_order_status(order.pk, status="processing")
    body = {"new_status": "shipped", "shipping_event_type": "shipped", "reference": reference, "restock": ""}

    answer = post(browser, order, line_action=action, **chosen(order), **body)

    assert answer.context["line_form"].errors == {"reference": [reason]}
    assert order.lines.get().units == {"processing": 2}
    assert ShippingEvent.objects.count() == 0


def test_lines_stay_chosen_with_what_was_typed(browser: Client, order: Order) -> None:
    body = {"shipping_event_type": "shipped", "reference": "TRACK-1"}

    answer = post(browser, order, line_action="create_shipping_event", **chosen(order, 1), **body)

    refused = "The order cannot move to this status now. From here it can move to: cancelled, processing."
    assert answer.context["line_form"].errors == {"__all__": [refused]}
    page = " ".join(answer.content.decode().split())
    line = order.lines.get().pk
    assert f'value="{line}" checked' in page
    assert f'name="selected_line_qty_{line}" value="1"' in page
    assert 'value="create_shipping_event" checked' in page
    assert '<option value="shipped" selected>' in page
    assert 'value="TRACK-1"' in page
    assert refused in page


def test_partner_staff_see_what_is_wrong_too(order: Order) -> None:
    partner = order.lines.get().partner
    browser = browser_of(make_member("Partner staff", partner=partner))

    answer = post(browser, order, line_action="change_line_statuses", new_status="lost", **chosen(order))

    assert "Choose a status to move to." in answer.content.decode()


def test_page_says_which_units_moved_and_by_whom(browser: Client, clerk: User, order: Order) -> None:
    change_order_status(order.pk, status="processing")
    shipped = {"line_action": "create_shipping_event", "shipping_event_type": "shipped", "reference": "TRACK-1"}
    browser.post(f"/dashboard/orders/{order.number}/", shipped | chosen(order))

    page = browser.get(f"/dashboard/orders/{order.number}/").content.decode()

    text = " ".join(re.sub(r"<[^>]*>", " ", page.partition("Status Changes")[2]).split())
    assert re.search(r"2 x Lamp processing pending → processing – The shop itself", text)
    assert re.search(rf"1 x Lamp shipped processing TRACK-1 {re.escape(clerk.email)}", text)
