"""What staff say of an order in the dashboard is words, as over the API."""

import pytest
from django.test import Client

from forked_apps.order.models import Order, OrderNote
from tests.factories.shop import make_order, make_product
from tests.factories.staff import browser_of, make_member

pytestmark = pytest.mark.django_db

MARKUP = "This text may have no markup."


@pytest.fixture
def browser() -> Client:
    return browser_of(make_member("Staff"))


def test_note_with_script_is_shown_again_with_its_error(browser: Client) -> None:
    order = make_order(make_product())

    page = browser.post(f"/dashboard/orders/{order.number}/", {"order_action": "save_note", "message": "<script>x"})

    assert MARKUP in page.content.decode()
    assert OrderNote.objects.count() == 0


@pytest.mark.parametrize(
    "action",
    [
        {"line_action": "change_line_statuses", "new_status": "processing"},
        {"line_action": "create_shipping_event", "shipping_event_type": "shipped"},
    ],
)
def test_order_is_not_moved_with_script_for_a_reference(browser: Client, action: dict[str, str]) -> None:
    order = make_order(make_product())
    line = order.lines.get()
    said = {"selected_line": line.pk, f"selected_line_qty_{line.pk}": line.quantity} | action

    page = browser.post(f"/dashboard/orders/{order.number}/", said | {"reference": "<script>x"})

    assert page.context["line_form"].errors["reference"] == [MARKUP]
    assert Order.objects.get().status == "pending"
    if "new_status" in action:
        browser.post(f"/dashboard/orders/{order.number}/", said | {"reference": "Shelf 4"})
        assert Order.objects.get().status == "processing"
