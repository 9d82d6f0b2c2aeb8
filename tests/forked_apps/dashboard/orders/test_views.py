"""Orders in the dashboard: every action arrives at its operation, every refusal is a message."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.core import mail
from django.test import Client
from django.utils import timezone

from forked_apps.dashboard.orders import views
from forked_apps.dashboard.orders.operations import correct_address
from forked_apps.order.models import Line, Order, OrderEvent, OrderNote, PaymentStatus, ShippingEvent
from forked_apps.payment.models import Source
from nexus_shop.accounts.models import User
from nexus_shop.core.models import OutboxEvent
from nexus_shop.core.worker import drain
from tests.factories.shop import make_order, make_product, make_user, stock_of
from tests.factories.staff import browser_of, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk() -> User:
    return make_member("Staff")


@pytest.fixture
def browser(clerk: User) -> Client:
    return browser_of(clerk)


def act(browser: Client, order: Order, **body: Any) -> list[str]:
    """Post to the order's page; the messages that it then shows."""
    browser.cookies.pop("messages", None)
    answer = browser.post(f"/dashboard/orders/{order.number}/", body)
    assert answer.status_code == 302
    return [str(message) for message in get_messages(answer.wsgi_request)]


def state_of(order: Order) -> tuple[str, int, int, int]:
    """What an action may change: status, version, notes, published events."""
    fresh = Order.objects.get(pk=order.pk)
    return fresh.status, fresh.version, fresh.notes.count(), OutboxEvent.objects.count()


def on_line(line: Line, quantity: Any = None, **body: Any) -> dict[str, Any]:
    return {"selected_line": line.pk, f"selected_line_qty_{line.pk}": quantity or line.quantity, **body}


def test_order_is_found_opened_moved_and_shipped(browser: Client, clerk: User) -> None:
    product = make_product("Lamp", stock=5)
    order = make_order(product, quantity=2)
    line = order.lines.get()

    found = browser.get("/dashboard/orders/", {"order_number": order.number})
    assert found["Location"] == f"/dashboard/orders/{order.number}/"
    assert "Lamp" in browser.get(found["Location"]).content.decode()

    assert act(browser, order, order_action="change_order_status", new_status="processing") == [
        "Moved to 'processing'."
    ]
    shipped = on_line(line, line_action="create_shipping_event", shipping_event_type="shipped", reference="TRACK-1")
    assert act(browser, order, **shipped) == ["Recorded: Shipped."]

    order.refresh_from_db()
    assert order.status == "shipped"
    assert stock_of(product) == (3, 0)
    assert ShippingEvent.objects.get().notes == "TRACK-1"
    assert [(note.user, note.message) for note in order.notes.order_by("pk")] == [
        (clerk, "2 x Lamp: processing"),
        (clerk, "2 x Lamp: shipped (TRACK-1)"),
    ]
    changes = OutboxEvent.objects.filter(name="OrderStatusChanged").order_by("pk")
    assert [change.payload["changed_by"] for change in changes] == [clerk.pk, clerk.pk]


def test_lines_moved_by_status_count_units_and_consume_stock(browser: Client, clerk: User) -> None:
    product = make_product(stock=5)
    order = make_order(product, quantity=3)
    line = order.lines.get()

    act(browser, order, **on_line(line, line_action="change_line_statuses", new_status="processing"))
    act(browser, order, **on_line(line, 1, line_action="change_line_statuses", new_status="shipped"))

    line.refresh_from_db()
    assert line.units == {"processing": 2, "shipped": 1}
    assert stock_of(product) == (4, 2)
    assert order.notes.order_by("-pk")[0].user == clerk


def test_page_offers_the_units_that_are_still_to_move(browser: Client) -> None:
    order = make_order(make_product(stock=5), quantity=3)
    line = order.lines.get()
    act(browser, order, **on_line(line, line_action="change_line_statuses", new_status="processing"))
    act(browser, order, **on_line(line, 1, line_action="change_line_statuses", new_status="shipped"))

    page = browser.get(f"/dashboard/orders/{order.number}/").content.decode()

    assert "2 processing" in page
    assert "1 shipped" in page
    assert f'name="selected_line_qty_{line.pk}"\n                     value="2"' in page


def test_cancelling_gives_the_stock_back(browser: Client) -> None:
    product = make_product(stock=5)
    order = make_order(product, quantity=2)

    act(browser, order, order_action="change_order_status", new_status="cancelled")

    assert Order.objects.get().status == "cancelled"
    assert stock_of(product) == (5, 0)


REFUSED = {
    "no action": ({}, "No valid action submitted"),
    "unknown order action": ({"order_action": "delete"}, "Invalid action"),
    "unknown line action": ({"line_action": "delete", "selected_line": "LINE"}, "Invalid action"),
    "a method of the view": ({"order_action": "get_object"}, "Invalid action"),
    "payment of lines": ({"line_action": "create_payment_event", "selected_line": "LINE"}, "Invalid action"),
    "status skipped": (
        {"order_action": "change_order_status", "new_status": "delivered"},
        "The order cannot move to this status now. From here it can move to: cancelled, processing.",
    ),
    "status unknown": ({"order_action": "change_order_status", "new_status": "lost"}, "Choose a status to move to."),
    "status missing": ({"order_action": "change_order_status"}, "Choose a status to move to."),
    "no lines": ({"line_action": "change_line_statuses"}, "You must select some lines to act on"),
    "line of letters": ({"line_action": "change_line_statuses", "selected_line": "abc"}, "Invalid lines requested"),
    "line of another order": (
        {"line_action": "change_line_statuses", "selected_line": "OTHER"},
        "Invalid lines requested",
    ),
    "quantity missing": (
        {"line_action": "change_line_statuses", "selected_line": "LINE"},
        "The quantity for 'Lamp' is not valid.",
    ),
    "quantity zero": (
        {"line_action": "change_line_statuses", "selected_line": "LINE", "selected_line_qty_LINE": "0"},
        "The quantity for 'Lamp' is not valid.",
    ),
    "quantity above": (
        {"line_action": "change_line_statuses", "selected_line": "LINE", "selected_line_qty_LINE": "3"},
        "The quantity for 'Lamp' is not valid.",
    ),
    "quantity huge": (
        {"line_action": "change_line_statuses", "selected_line": "LINE", "selected_line_qty_LINE": "9" * 40},
        "The quantity for 'Lamp' is not valid.",
    ),
    "line status skipped": (
        {
            "line_action": "change_line_statuses",
            "selected_line": "LINE",
            "selected_line_qty_LINE": "1",
            "new_status": "shipped",
        },
        "The order cannot move to this status now. From here it can move to: cancelled, processing.",
    ),
    "line status missing": (
        {"line_action": "change_line_statuses", "selected_line": "LINE", "selected_line_qty_LINE": "1"},
        "Choose a status to move to.",
    ),
    "event missing": (
        {"line_action": "create_shipping_event", "selected_line": "LINE", "selected_line_qty_LINE": "1"},
        "Choose what happened to the lines.",
    ),
    "event too early": (
        {
            "line_action": "create_shipping_event",
            "selected_line": "LINE",
            "selected_line_qty_LINE": "1",
            "shipping_event_type": "shipped",
        },
        "The order cannot move to this status now. From here it can move to: cancelled, processing.",
    ),
    "event of NUL": (
        {
            "line_action": "create_shipping_event",
            "selected_line": "LINE",
            "selected_line_qty_LINE": "1",
            "shipping_event_type": "a\0b",
        },
        "Choose what happened to the lines.",
    ),
    "amount missing": ({"order_action": "create_order_payment_event"}, "This field is required."),
    "amount of letters": ({"order_action": "create_order_payment_event", "amount": "much"}, "Enter a number."),
    "amount NaN": ({"order_action": "create_order_payment_event", "amount": "NaN"}, "Enter a number."),
    "amount negative": (
        {"order_action": "create_order_payment_event", "amount": "-5"},
        "Ensure this value is greater than or equal to 0.",
    ),
    "amount zero": (
        {"order_action": "create_order_payment_event", "amount": "0"},
        "The order does not lack this amount. Open: 24.95.",
    ),
    "amount too high": (
        {"order_action": "create_order_payment_event", "amount": "24.96"},
        "The order does not lack this amount. Open: 24.95.",
    ),
    "amount too fine": (
        {"order_action": "create_order_payment_event", "amount": "1.005"},
        "Ensure that there are no more than 2 decimal places.",
    ),
    "note of letters deleted": ({"order_action": "delete_note", "note_id": "abc"}, "This note cannot be deleted."),
    "note unknown deleted": ({"order_action": "delete_note", "note_id": "99"}, "This note cannot be deleted."),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_action_is_a_message_and_changes_nothing(browser: Client, case: str) -> None:
    product = make_product("Lamp", stock=5)
    order = make_order(product, quantity=2)
    line, other = order.lines.get(), make_order(make_product()).lines.get()
    body, message = REFUSED[case]
    filled = {
        name.replace("LINE", str(line.pk)): value.replace("LINE", str(line.pk)).replace("OTHER", str(other.pk))
        for name, value in body.items()
    }
    before = state_of(order)

    assert act(browser, order, **filled) == [message]

    assert state_of(order) == before
    assert stock_of(product) == (5, 2)
    assert Line.objects.get(pk=line.pk).units == {"pending": 2}
    assert Source.objects.get(order=order).amount_debited == 0


def test_action_repeated_is_refused_the_second_time(browser: Client) -> None:
    product = make_product(stock=5)
    order = make_order(product, quantity=2)
    act(browser, order, order_action="change_order_status", new_status="processing")
    before = state_of(order)

    messages = act(browser, order, order_action="change_order_status", new_status="processing")

    assert messages == ["The order cannot move to this status now. From here it can move to: cancelled, shipped."]
    assert state_of(order) == before


def test_payment_is_recorded_with_who_and_what(browser: Client, clerk: User) -> None:
    order = make_order(make_product(price="10.00"), quantity=2)

    first = act(browser, order, order_action="create_order_payment_event", amount="20.00", reference="Bank 1")
    assert first == ["Payment recorded."]
    assert Order.objects.get().payment_status == PaymentStatus.AWAITING
    act(browser, order, order_action="create_order_payment_event", amount="4.95", reference="Bank 2")

    assert Order.objects.get().payment_status == PaymentStatus.PAID
    assert str(Source.objects.get().amount_debited) == "24.95"
    assert [event.reference for event in order.payment_events.order_by("pk")] == ["Bank 1", "Bank 2"]
    received = OutboxEvent.objects.filter(name="PaymentReceived").order_by("pk")
    assert [event.payload["recorded_by"] for event in received] == [clerk.pk, clerk.pk]


def test_payment_of_an_order_that_is_not_paid_by_hand_is_refused(browser: Client) -> None:
    order = make_order(make_product())
    Source.objects.all().delete()

    messages = act(browser, order, order_action="create_order_payment_event", amount="1.00")

    assert messages == ["This order is not paid by hand."]


def test_staff_with_view_permission_only_look(browser: Client) -> None:
    viewer = make_user(is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(content_type__app_label="order", codename="view_order"))
    order = make_order(make_product())
    before = state_of(order)
    looking = browser_of(viewer)

    page = looking.get(f"/dashboard/orders/{order.number}/")
    assert page.status_code == 200
    assert "Move the order" not in page.content.decode()
    body = {"order_action": "change_order_status", "new_status": "processing"}
    assert looking.post(f"/dashboard/orders/{order.number}/", body).status_code == 403
    bulk = {"action": "change_order_statuses", "selected_order": order.pk, "new_status": "processing"}
    assert looking.post("/dashboard/orders/", bulk).status_code == 403
    assert looking.get(f"/dashboard/orders/{order.number}/shipping-address/").status_code == 403
    download = {"action": "download_selected_orders", "selected_order": order.pk}
    assert looking.post("/dashboard/orders/", download).status_code == 200

    assert state_of(order) == before


def test_many_orders_are_moved_at_once(browser: Client, clerk: User) -> None:
    product = make_product(stock=9)
    orders = [make_order(product, quantity=2) for _ in range(3)]
    act(browser, orders[2], order_action="change_order_status", new_status="processing")
    body = {
        "action": "change_order_statuses",
        "selected_order": [each.pk for each in orders],
        "new_status": "processing",
    }

    browser.cookies.pop("messages", None)

    answer = browser.post("/dashboard/orders/", body)

    assert [str(message) for message in get_messages(answer.wsgi_request)] == [
        f"#{orders[2].number}: The order cannot move to this status now. From here it can move to: cancelled, shipped.",
        "2 orders moved to 'processing'.",
    ]
    assert {each.status for each in Order.objects.all()} == {"processing"}
    assert {note.user for note in OrderNote.objects.all()} == {clerk}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"action": "change_order_statuses", "new_status": "processing"}, "You need to select some orders"),
        (
            {"action": "change_order_statuses", "selected_order": "abc", "new_status": "processing"},
            "You need to select some orders",
        ),
        ({"action": "change_order_statuses", "selected_order": "ORDER"}, "Choose a status to move to."),
        (
            {"action": "change_order_statuses", "selected_order": "ORDER", "new_status": "lost"},
            "Choose a status to move to.",
        ),
        ({"action": "delete", "selected_order": "ORDER"}, "Invalid action"),
        ({}, "Invalid action"),
    ],
)
def test_refused_bulk_action_is_a_message_and_changes_nothing(
    browser: Client, body: dict[str, str], message: str
) -> None:
    order = make_order(make_product())
    before = state_of(order)

    answer = browser.post("/dashboard/orders/", {k: v.replace("ORDER", str(order.pk)) for k, v in body.items()})

    assert [str(each) for each in get_messages(answer.wsgi_request)] == [message]
    assert state_of(order) == before


def test_too_many_orders_at_once_are_refused(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MAX_BULK", 1)
    product = make_product(stock=9)
    make_order(product)
    make_order(product)

    body = {"action": "change_order_statuses", "select_across": "1", "new_status": "processing"}
    answer = browser.post("/dashboard/orders/", body)

    assert [str(each) for each in get_messages(answer.wsgi_request)] == ["Choose at most 1 orders at once."]
    assert set(Order.objects.values_list("status", flat=True)) == {"pending"}


def test_notes_are_written_changed_and_deleted_while_fresh(browser: Client, clerk: User) -> None:
    order = make_order(make_product())

    act(browser, order, order_action="save_note", message="Call the customer")
    note = OrderNote.objects.get()
    assert (note.message, note.user) == ("Call the customer", clerk)
    browser.post(
        f"/dashboard/orders/{order.number}/notes/{note.pk}/", {"order_action": "save_note", "message": "Called"}
    )
    assert OrderNote.objects.get().message == "Called"
    assert act(browser, order, order_action="delete_note", note_id=note.pk) == ["Note deleted"]

    assert OrderNote.objects.count() == 0


def test_record_of_what_happened_cannot_be_deleted_or_changed(browser: Client) -> None:
    order = make_order(make_product())
    act(browser, order, order_action="change_order_status", new_status="processing")
    note = OrderNote.objects.get()

    assert act(browser, order, order_action="delete_note", note_id=note.pk) == ["This note cannot be deleted."]
    browser.post(f"/dashboard/orders/{order.number}/notes/{note.pk}/", {"order_action": "save_note", "message": "No"})

    assert [(each.pk, each.message) for each in OrderNote.objects.all()] == [(note.pk, note.message)]


def test_note_of_yesterday_cannot_be_changed(browser: Client) -> None:
    order = make_order(make_product())
    act(browser, order, order_action="save_note", message="Old")
    # a day and ten seconds: Oscar 4.2.1 looks at the ten seconds
    OrderNote.objects.update(date_updated=timezone.now() - timedelta(days=1, seconds=10))
    note = OrderNote.objects.get()

    browser.post(f"/dashboard/orders/{order.number}/notes/{note.pk}/", {"order_action": "save_note", "message": "New"})

    assert OrderNote.objects.get().message == "Old"


def test_empty_note_is_shown_again_with_its_error(browser: Client) -> None:
    order = make_order(make_product())

    page = browser.post(f"/dashboard/orders/{order.number}/", {"order_action": "save_note", "message": " "})

    assert page.status_code == 200
    assert "This field is required." in page.content.decode()
    assert OrderNote.objects.count() == 0


ADDRESS = {
    "first_name": "Ann",
    "last_name": "Lee",
    "line1": "2 Main St",
    "line4": "Beverly Hills",
    "state": "CA",
    "postcode": "90210",
    "country": "US",
}


def test_delivery_address_is_corrected_and_the_change_noted(browser: Client, clerk: User) -> None:
    order = make_order(make_product())
    url = f"/dashboard/orders/{order.number}/shipping-address/"
    assert browser.get(url).status_code == 200

    answer = browser.post(url, ADDRESS)

    assert answer["Location"] == f"/dashboard/orders/{order.number}/"
    order.refresh_from_db()
    assert order.shipping_address.line1 == "2 Main St"
    assert order.version == 2
    note = OrderNote.objects.get()
    assert (note.user, note.note_type, note.message) == (
        clerk,
        "System",
        "Delivery address: line1: 1 Main St → 2 Main St",
    )


def test_delivery_address_saved_as_it_is_writes_nothing(browser: Client) -> None:
    order = make_order(make_product())
    before = state_of(order)

    browser.post(f"/dashboard/orders/{order.number}/shipping-address/", ADDRESS | {"line1": "1 Main St"})

    assert state_of(order) == before


def test_delivery_address_with_a_wrong_postcode_is_shown_again(browser: Client) -> None:
    order = make_order(make_product())
    before = state_of(order)

    page = browser.post(f"/dashboard/orders/{order.number}/shipping-address/", ADDRESS | {"postcode": "no"})

    assert page.status_code == 200
    assert "is not valid" in page.content.decode()
    assert state_of(order) == before


@pytest.mark.parametrize("number", ["UNKNOWN", "1%00", "%00"])
def test_unknown_order_is_not_found(browser: Client, number: str) -> None:
    for page in ("", "lines/1/", "shipping-address/"):
        assert browser.get(f"/dashboard/orders/{number}/{page}").status_code == 404
    assert browser.post(f"/dashboard/orders/{number}/", {"order_action": "save_note"}).status_code == 404


def test_mails_follow_what_staff_do(browser: Client) -> None:
    product = make_product("Lamp", stock=5)
    order = make_order(product, quantity=2, user=make_user("ann@example.com"))
    line = order.lines.get()
    act(browser, order, order_action="change_order_status", new_status="processing")
    body = on_line(line, 1, line_action="create_shipping_event", shipping_event_type="shipped", reference="TRACK-1")
    act(browser, order, **body)
    other = make_order(product)
    act(browser, other, order_action="change_order_status", new_status="cancelled")
    drain()

    sent = {message.subject.partition(": ")[2]: str(message.body) for message in mail.outbox}
    assert sorted(sent) == sorted(
        [
            f"we have your order {order.number}",
            f"we have your order {other.number}",
            f"your order {order.number} is on its way",
            f"your order {other.number} is cancelled",
        ]
    )
    assert "  1 x Lamp\n\nTracking number: TRACK-1\n" in sent[f"your order {order.number} is on its way"]
    assert stock_of(product) == (4, 1)
    assert OrderEvent.objects.filter(order=order, role="staff").count() == 2


def test_staff_revoke_the_links_of_an_order(browser: Client) -> None:
    order = make_order(make_product())
    assert act(browser, order, order_action="revoke_links") == ["The links to this order have ended."]
    assert Order.objects.get().link_version == 2
    partner_page = browser_of(make_member("Partner staff"))
    assert partner_page.post(f"/dashboard/orders/{order.number}/", {"order_action": "revoke_links"}).status_code == 404
    assert Order.objects.get().link_version == 2


def test_corrected_address_stands_in_the_history(browser: Client, clerk: User) -> None:
    order = make_order(make_product())
    correct_address(order.pk, fields={"line1": "2 Side St"}, corrected_by=clerk.pk)
    event = OrderEvent.objects.get()
    assert (event.kind, event.role, event.actor, event.data) == (
        "address_changed",
        "staff",
        clerk,
        {"addresses": ["shipping_address"]},
    )
