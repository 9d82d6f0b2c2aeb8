"""What staff say of an order in the dashboard is words, as over the API."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from forked_apps.order.models import Order, OrderNote
from tests.factories.shop import make_order, make_product
from tests.factories.staff import browser_of, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Client:
    return browser_of(make_member("Staff"))


def act(browser: Client, order: Order, **body: Any) -> list[str]:
    """Post to the order's page; the messages that it then shows."""
    browser.cookies.pop("messages", None)
    answer = browser.post(f"/dashboard/orders/{order.number}/", body)
    assert answer.status_code == 302
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_note_with_script_is_shown_again_with_its_error(browser: Client) -> None:
    order = make_order(make_product())

    page = browser.post(f"/dashboard/orders/{order.number}/", {"order_action": "save_note", "message": "<script>x"})

    assert "This text may have no markup." in page.content.decode()
    assert OrderNote.objects.count() == 0


def test_order_is_not_moved_with_script_for_a_reference(browser: Client) -> None:
    order = make_order(make_product())
    line = order.lines.get()
    chosen = {"selected_line": line.pk, f"selected_line_qty_{line.pk}": line.quantity}
    lines = chosen | {"line_action": "change_line_statuses", "new_status": "processing"}
    assert act(browser, order, **lines, reference="<script>x") == ["This text may have no markup."]
    shipped = lines | {"line_action": "create_shipping_event", "shipping_event_type": "shipped"}
    assert act(browser, order, **shipped, reference="<script>x") == ["This text may have no markup."]
    assert Order.objects.get().status == "pending"
    act(browser, order, **lines, reference="Shelf 4")
    assert Order.objects.get().status == "processing"
