"""Orders for staff and partner staff."""

from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from forked_apps.order.models import Order, OrderNote
from forked_apps.order.operations import change_order_status
from forked_apps.partner.models import StockRecord
from forked_apps.payment.operations import record_manual_payment
from tests.factories.http import client_of, new_client
from tests.factories.payments import pay
from tests.factories.shop import make_order, make_product, make_user
from tests.factories.staff import browser_of, make_member, make_partner
from tests.peers.loopback import Loopback

pytestmark = pytest.mark.django_db

REFUNDS = "/api/v1/payments/refunds/"
PARTS = ("", "lines/", "shipping-events/", "payment-events/", "notes/")


@pytest.fixture
def staff() -> APIClient:
    return client_of(make_member("Staff"))


def path_of(order: Order, rest: str = "") -> str:
    return f"/api/v1/admin/orders/{order.handle}/{rest}"


def mixed_order() -> tuple[Order, APIClient]:
    """An order of our mug and a partner's cup, both shipped apart, and somebody who works for the partner."""
    mug, cup = make_product("Mug"), make_product("Cup")
    partner = make_partner("Potter")
    StockRecord.objects.filter(product=cup).update(partner=partner)
    order = make_order(mug, cup, notes="Ring twice")
    record_manual_payment(order.pk, amount=order.total_incl_tax, reference="T-1", recorded_by=None)
    for line in order.lines.order_by("pk"):
        change_order_status(order.pk, status="shipped", quantities={line.pk: 1}, note=f"TRACK {line.title}")
    return order, client_of(make_member("Partner staff", partner=partner))


def test_staff_sees_everything_of_an_order(staff: APIClient) -> None:
    order, _ = mixed_order()
    body = staff.get(path_of(order)).json()
    assert (body["number"], body["payment_status"], body["notes"]) == (order.number, "paid", "Ring twice")
    assert [item["product"]["title"] for item in staff.get(path_of(order, "lines/")).json()] == ["Mug", "Cup"]
    events = staff.get(path_of(order, "shipping-events/")).json()
    assert [(event["type"], event["reference"]) for event in events] == [
        ("shipped", "TRACK Mug"),
        ("shipped", "TRACK Cup"),
    ]
    (paid,) = staff.get(path_of(order, "payment-events/")).json()
    assert (paid["type"], paid["amount"], paid["reference"]) == ("paid", {"amount": "24.95", "currency": "GBP"}, "T-1")
    assert all(note["is_system"] for note in staff.get(path_of(order, "notes/")).json())


def test_partner_staff_see_their_lines_and_where_these_go() -> None:
    order, potter = mixed_order()
    make_order(make_product())
    (listed,) = potter.get("/api/v1/admin/orders/").json()["results"]
    body = potter.get(path_of(order)).json()
    assert listed == body
    assert [item["product"]["title"] for item in body["items"]] == ["Cup"]
    assert (body["status"], body["shipping_address"]["line1"]) == ("shipped", "1 Main St")
    hidden = ("payment_status", "email", "totals", "billing_address", "notes", "next_action", "cancel_reason")
    assert {body[name] for name in hidden} == {None}
    assert (body["payments"], body["problems"]) == ([], [])
    (event,) = potter.get(path_of(order, "shipping-events/")).json()
    assert (event["reference"], [line["title"] for line in event["lines"]]) == ("TRACK Cup", ["Cup"])
    assert [item["product"]["title"] for item in potter.get(path_of(order, "lines/")).json()] == ["Cup"]
    for part in ("payment-events/", "notes/"):
        assert potter.get(path_of(order, part)).status_code == 403
    assert potter.post(path_of(order, "notes/"), {"message": "x"}).status_code == 403
    assert potter.delete(path_of(order, "links/")).status_code == 403
    for query in ("email=a@b.co", "payment_status=paid"):
        assert potter.get(f"/api/v1/admin/orders/?{query}").status_code == 403
    assert len(potter.get("/api/v1/admin/orders/?status=shipped").json()["results"]) == 1
    assert potter.get("/api/v1/admin/orders/?status=processing").json()["results"] == []


def test_partner_staff_do_not_find_orders_of_others() -> None:
    _, potter = mixed_order()
    other = make_order(make_product())
    for part in ("", "lines/", "shipping-events/"):
        assert potter.get(path_of(other, part)).status_code == 404


@pytest.mark.parametrize("part", PARTS)
def test_orders_are_for_staff_with_the_permission(part: str) -> None:
    order = make_order(make_product())
    customer = client_of(make_user())
    assert new_client().get(path_of(order, part)).status_code == 401
    for caller in (customer, client_of(make_user(is_staff=True)), client_of(make_member("Editor"))):
        assert caller.get(path_of(order, part)).status_code == 403
        assert caller.get("/api/v1/admin/orders/").status_code == 403


@pytest.mark.parametrize("part", PARTS)
def test_unknown_order(staff: APIClient, part: str) -> None:
    assert staff.get(f"/api/v1/admin/orders/{'x' * 32}/{part}").status_code == 404


def test_list_is_filtered_and_goes_by_cursor(staff: APIClient) -> None:
    mug = make_product(stock=50)
    orders = [make_order(mug, user=make_user(f"u{each}@example.com")) for each in range(3)]
    change_order_status(orders[0].pk, status="processing")
    Order.objects.filter(pk=orders[1].pk).update(user=None, guest_email="Guest@example.com")

    def found(query: str) -> list[str]:
        return [order["number"] for order in staff.get(f"/api/v1/admin/orders/?{query}").json()["results"]]

    assert found("") == [order.number for order in orders[::-1]]
    assert found("status=processing") == [orders[0].number]
    assert found("email=U2@example.com") == [orders[2].number]
    assert found("email=guest@example.com") == [orders[1].number]
    assert found(f"number={orders[2].number[:9]}") == [orders[2].number]
    assert found("payment_status=paid") == []
    assert found("placed_from=2030-01-01T00:00:00Z") == []
    first = staff.get("/api/v1/admin/orders/?page_size=2").json()
    second = staff.get(first["next"]).json()
    numbers = [order["number"] for order in first["results"] + second["results"]]
    assert (numbers, second["next"], first["count"]) == ([order.number for order in orders[::-1]], None, 3)


def test_staff_write_notes_that_others_read(staff: APIClient) -> None:
    order = make_order(make_product())
    answer = staff.post(path_of(order, "notes/"), {"message": "Wrap it"})
    (read,) = staff.get(path_of(order, "notes/")).json()
    assert (answer.status_code, answer.json()) == (201, read)
    assert (read["message"], read["is_system"]) == ("Wrap it", False)
    assert staff.post(path_of(order, "notes/"), {"message": " "}).status_code == 400
    assert OrderNote.objects.count() == 1


def test_who_moved_the_money_is_told_to_staff_alone(gateway: Loopback) -> None:
    clerk, ann = make_user("clerk@example.com", is_staff=True, is_superuser=True), make_user("ann@example.com")
    named, api = {"id": clerk.pk, "email": "clerk@example.com"}, client_of(clerk)
    order = make_order(make_product(price="10.00"), user=ann)
    record_manual_payment(order.pk, amount=Decimal("14.95"), recorded_by=clerk.pk)
    charged = make_order(make_product(price="10.00"), user=ann, payment_method="loopback")
    pay(charged, "authorise")
    captured = charged.payment_attempts.get()
    api.post(f"/api/v1/payments/{captured.handle}/capture/")
    for each in (order, charged):
        api.post(REFUNDS, {"order": each.handle, "amount": {"amount": "4.95", "currency": "GBP"}})
        money = [row for row in events(api, each) if row["type"] == "payment"]
        assert [(row["payment"], row["by"], row["staff"]) for row in money] == [
            ("refunded", "staff", named),
            ("paid", "staff", named),
        ]
        kept = api.get(path_of(each, "payment-events/")).json()
        assert [row["staff"] for row in kept] == [named, named]
        assert {row["staff"] for row in events(client_of(ann), each)} == {None}
        page = browser_of(clerk).get(f"/dashboard/orders/{each.number}/").content.decode()
        assert page.count("clerk@example.com") >= 2


def test_money_that_nobody_of_staff_moved_names_nobody(gateway: Loopback) -> None:
    clerk, order = make_user(is_staff=True, is_superuser=True), make_order(make_product(), payment_method="loopback")
    pay(order)
    (paid,) = [row for row in events(client_of(clerk), order) if row["type"] == "payment"]
    assert (paid["by"], paid["staff"]) == ("shop", None)


def events(client: APIClient, order: Order) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"/api/v1/orders/{order.handle}/events/").json()["results"]
    return found
