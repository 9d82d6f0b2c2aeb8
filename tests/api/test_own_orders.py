"""Orders after the order: what their customers can do, and whoever holds a link."""

import re
from base64 import urlsafe_b64decode
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import mail
from django.utils import timezone
from rest_framework.test import APIClient

from forked_apps.communication.models import OrderMail
from forked_apps.order.links import link_token
from forked_apps.order.models import Order, OrderEvent, ShippingAddress
from forked_apps.order.operations import change_order_status
from forked_apps.order.queries import link_key
from forked_apps.payment.operations import record_manual_payment
from forked_apps.shipping.models import ShippingMethod
from forked_apps.voucher.models import Voucher, VoucherApplication
from nexus_shop.accounts.models import User
from nexus_shop.core.models import OutboxEvent, QueuedTask
from nexus_shop.core.worker import drain
from nexus_shop.markets.models import TaxRate
from tests.factories.http import client_of, new_client
from tests.factories.shop import (
    ADDRESS_JSON,
    make_country,
    make_order,
    make_product,
    make_user,
    make_voucher,
    stock_of,
)
from tests.performance.statements import statements_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    return make_user("ann@example.com", first_name="Ann")


def path_of(order: Order, rest: str = "") -> str:
    return f"/api/v1/orders/{order.handle}/{rest}"


def token_of(order: Order, *, days: int = 30) -> str:
    key = link_key(order.handle)
    assert key is not None
    return link_token(key, expires_at=timezone.now() + timedelta(days=days))


def guest_order() -> tuple[APIClient, str]:
    """A guest who has ordered, and the address of the order."""
    make_country("US")
    guest = new_client()
    token = guest.post("/api/v1/cart/items/", {"product_id": make_product(stock=5).pk}).json()["token"]
    guest.credentials(HTTP_X_CART_TOKEN=token)
    total = guest.get("/api/v1/cart/").json()["totals"]["total"]
    body = {"email": "guest@example.com", "shipping_address": ADDRESS_JSON, "expected_total": total}
    return guest, guest.post("/api/v1/checkout/", body).headers["Location"]


# Cancelling


@pytest.mark.parametrize("way", ["cancel", "delete"])
def test_customer_cancels_and_gets_everything_back_once(ann: User, way: str) -> None:
    make_voucher("ONCE", usage=Voucher.SINGLE_USE)
    mug = make_product("Mug", stock=5)
    order = make_order(mug, quantity=2, user=ann, vouchers=("ONCE",))
    client = client_of(ann)

    def cancel() -> Any:
        return client.delete(path_of(order)) if way == "delete" else client.post(path_of(order, "cancel/"), {})

    first, second = cancel(), cancel()

    assert (first.status_code, second.status_code) == (200, 200)
    assert (first.json()["status"], first.json()["cancel_reason"]) == ("cancelled", "customer_request")
    assert (first.json(), first.headers["ETag"]) == (second.json(), second.headers["ETag"])
    assert (stock_of(mug), VoucherApplication.objects.count()) == ((5, 0), 0)
    assert OutboxEvent.objects.filter(name="OrderCancelled").count() == 1
    assert Order.objects.count() == 1


def test_paid_order_is_cancelled_too(ann: User) -> None:
    order = make_order(make_product(), user=ann)
    record_manual_payment(order.pk, amount=order.total_incl_tax, recorded_by=None)
    answer = client_of(ann).post(path_of(order, "cancel/"), {"reason": "Too slow"})
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    event = OrderEvent.objects.get(kind="cancelled")
    assert (event.role, event.actor, event.note, event.data["reason"]) == (
        "customer",
        ann,
        "Too slow",
        "customer_request",
    )


@pytest.mark.parametrize("status", ["shipped", "delivered", "returned"])
def test_order_that_was_begun_cannot_be_cancelled(ann: User, status: str) -> None:
    mug = make_product(stock=5)
    order = make_order(mug, quantity=3, user=ann)
    steps = {"shipped": ["shipped"], "delivered": ["shipped", "delivered"], "returned": ["shipped", "returned"]}
    change_order_status(order.pk, status="processing")
    for step in steps[status]:
        change_order_status(order.pk, status=step, quantities={order.lines.get().pk: 1})
    before = Order.objects.values().get(), stock_of(mug), OrderEvent.objects.count()
    client = client_of(ann)
    for answer in (client.post(path_of(order, "cancel/"), {}), client.delete(path_of(order))):
        assert (answer.status_code, answer.json()["code"]) == (409, "order_not_cancellable")
        assert answer.json()["current"] == "processing"
    assert (Order.objects.values().get(), stock_of(mug), OrderEvent.objects.count()) == before


def test_cancelling_a_stale_version(ann: User) -> None:
    order = make_order(make_product(), user=ann)
    client = client_of(ann)
    assert client.post(path_of(order, "cancel/"), {}, HTTP_IF_MATCH='"9"').status_code == 412
    assert client.delete(path_of(order), HTTP_IF_MATCH='"9"').status_code == 412
    assert Order.objects.get().status == "pending"
    for _ in range(2):  # a key brings the first answer back
        again = client.post(path_of(order, "cancel/"), {}, HTTP_IF_MATCH='"1"', HTTP_IDEMPOTENCY_KEY="k")
        assert again.status_code == 200
    for version, status in (("1", 412), ("2", 200)):
        assert client.delete(path_of(order), HTTP_IF_MATCH=f'"{version}"').status_code == status
        assert client.post(path_of(order, "cancel/"), {}, HTTP_IF_MATCH=f'"{version}"').status_code == status


def test_cancelling_with_a_key_is_replayed(ann: User) -> None:
    order = make_order(make_product(), user=ann)
    client = client_of(ann)
    first = client.post(path_of(order, "cancel/"), {}, HTTP_IDEMPOTENCY_KEY="k")
    again = client.post(path_of(order, "cancel/"), {}, HTTP_IDEMPOTENCY_KEY="k")
    assert (again.headers["Idempotent-Replayed"], again.content) == ("true", first.content)


@pytest.mark.parametrize(
    ("method", "rest", "body"),
    [
        ("post", "cancel/", {}),
        ("delete", "", None),
        ("put", "", {"notes": "x"}),
        ("patch", "", {"notes": "x"}),
        ("get", "events/", None),
    ],
)
def test_orders_of_others_are_not_there(method: str, rest: str, body: Any) -> None:
    order = make_order(make_product())
    before = Order.objects.values().get()
    bad = token_of(make_order(make_product()))
    for stranger in (new_client(), client_of(make_user())):
        for path in (path_of(order, rest), f"{path_of(order, rest)}?token={bad}"):
            answer = getattr(stranger, method)(path, body)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert Order.objects.filter(pk=order.pk).values().get() == before


# Changing


def test_what_was_read_can_be_written_back_and_changes_nothing(ann: User) -> None:
    order = make_order(make_product(), user=ann)
    client = client_of(ann)
    read = client.get(path_of(order)).json()
    for answer in (client.put(path_of(order), read), client.patch(path_of(order), read)):
        assert (answer.status_code, answer.json()) == (200, read)
    assert OrderEvent.objects.count() == 0


def test_notes_and_addresses_are_changed(ann: User) -> None:
    order = make_order(make_product(), user=ann)
    client = client_of(ann)
    address = {"street": "2 Side St", "city": "Beverly Hills", "state": "CA", "zip_code": "90211", "country": "US"}
    answer = client.patch(path_of(order), {"notes": "Ring twice", "shipping_address": address})
    body = answer.json()
    assert (answer.status_code, body["notes"], body["version"]) == (200, "Ring twice", 2)
    assert (body["shipping_address"]["line1"], body["shipping_address"]["first_name"]) == ("2 Side St", "Ann")
    assert body["billing_address"]["line1"] == "1 Main St"
    events = OrderEvent.objects.order_by("pk").values_list("kind", "role", "data", "note")
    assert list(events) == [
        ("address_changed", "customer", {"addresses": ["shipping_address"]}, "shipping_address: line1, postcode"),
        ("notes_changed", "customer", {}, ""),
    ]


@pytest.mark.parametrize(
    ("body", "status", "code", "pointer"),
    [
        ({"shipping_address": {"country": "GB"}}, 422, "country_change_refused", "/shipping_address/country"),
        ({"billing_address": {"country": "GB"}}, 422, "country_change_refused", "/billing_address/country"),
        ({"shipping_address": {"postcode": "X"}}, 422, "invalid_postcode", "/shipping_address/postcode"),
        ({"shipping_address": {"state": ""}}, 422, "address_incomplete", "/shipping_address/state"),
        ({"shipping_address": {"line4": " "}}, 400, "invalid_request", "/shipping_address/line4"),
        ({"surprise": 1}, 400, "unknown_field", "/surprise"),
        ({"notes": 5}, 400, "invalid_request", "/notes"),
    ],
)
def test_refused_change_changes_nothing(ann: User, body: Any, status: int, code: str, pointer: str) -> None:
    order = make_order(make_product(), user=ann)
    before = Order.objects.values().get(), ShippingAddress.objects.values().get()
    whole = {name: ADDRESS_JSON | value if isinstance(value, dict) else value for name, value in body.items()}
    answer = client_of(ann).patch(path_of(order), {"notes": "Another", **whole})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert (Order.objects.values().get(), ShippingAddress.objects.values().get()) == before
    assert OrderEvent.objects.count() == 0


def test_address_that_would_cost_another_tax_is_refused(ann: User, settings: Any) -> None:
    order = make_order(make_product(), user=ann)
    settings.TAX_BY_ADDRESS = True
    TaxRate.objects.create(name="Near", country="US", state="CA", postcode="90211", rate="0.1")
    before = Order.objects.values().get(), ShippingAddress.objects.values().get()
    near = {"shipping_address": {**ADDRESS_JSON, "postcode": "90211"}}
    refused = client_of(ann).patch(path_of(order), {"notes": "Another", **near})
    assert (refused.status_code, refused.json()["code"]) == (422, "address_priced_otherwise")
    assert refused.json()["errors"][0]["pointer"] == "/shipping_address"
    assert (Order.objects.values().get(), ShippingAddress.objects.values().get()) == before
    same = {"shipping_address": {**ADDRESS_JSON, "postcode": "90212"}, "billing_address": near["shipping_address"]}
    assert client_of(ann).patch(path_of(order), same).status_code == 200


def test_address_that_the_way_of_delivery_does_not_serve_is_refused(ann: User) -> None:
    ShippingMethod.objects.create(name="City courier", postcodes="90210, 90211")
    order = make_order(make_product(), user=ann)
    client = client_of(ann)
    far = {"shipping_address": {**ADDRESS_JSON, "postcode": "90401"}}
    refused = client.patch(path_of(order), far)
    assert (refused.status_code, refused.json()["code"]) == (422, "address_priced_otherwise")
    assert ShippingAddress.objects.get().postcode == "90210"
    assert client.patch(path_of(order), {"shipping_address": {**ADDRESS_JSON, "postcode": "90211"}}).status_code == 200


def test_address_stays_once_something_is_shipped_but_notes_do_not(ann: User) -> None:
    order = make_order(make_product(), quantity=2, user=ann)
    change_order_status(order.pk, status="processing")
    change_order_status(order.pk, status="shipped", quantities={order.lines.get().pk: 1})
    client = client_of(ann)
    refused = client.patch(path_of(order), {"shipping_address": {**ADDRESS_JSON, "line1": "9 Far St"}})
    assert (refused.status_code, refused.json()["code"]) == (409, "order_not_changeable")
    assert ShippingAddress.objects.get().line1 == "1 Main St"
    whole = client.get(path_of(order)).json() | {"notes": "Thanks"}
    assert client.put(path_of(order), whole).json()["notes"] == "Thanks"


def test_country_that_is_not_served_any_more(ann: User) -> None:
    order = make_order(make_product(), user=ann)
    make_country("US", is_served=False)
    answer = client_of(ann).patch(path_of(order), {"shipping_address": {**ADDRESS_JSON, "line1": "9 Far St"}})
    assert (answer.status_code, answer.json()["code"]) == (422, "country_not_served")


def test_change_of_a_stale_version(ann: User) -> None:
    order = make_order(make_product(), user=ann)
    assert client_of(ann).put(path_of(order), {"notes": "x"}, HTTP_IF_MATCH='"7"').status_code == 412
    assert Order.objects.get().customer_notes == ""


# Guests and links


def test_page_of_a_guest_survives_a_reload() -> None:
    guest, path = guest_order()
    first = guest.get(path)
    assert (first.status_code, first.json()["email"]) == (200, "guest@example.com")
    assert guest.get(path).json() == first.json()
    assert guest.get(f"{path}events/").json()["results"][0]["type"] == "placed"
    assert guest.patch(path, {"notes": "Ring"}).json()["notes"] == "Ring"
    assert guest.post(f"{path}cancel/", {}).json()["status"] == "cancelled"


def test_signed_link_opens_the_order_for_everything() -> None:
    order = make_order(make_product())
    token, client = token_of(order), new_client()
    assert client.get(f"{path_of(order)}?token={token}").json()["number"] == order.number
    assert client.get(f"{path_of(order, 'events/')}?token={token}").status_code == 200
    assert client.patch(f"{path_of(order)}?token={token}", {"notes": "x"}).json()["notes"] == "x"
    assert client.put(f"{path_of(order)}?token={token}", {"notes": "y"}).json()["notes"] == "y"
    assert client.post(f"{path_of(order, 'cancel/')}?token={token}", {}).json()["status"] == "cancelled"
    assert client.delete(f"{path_of(order)}?token={token}").status_code == 200
    assert client.get(f"/api/v1/orders/?token={token}").status_code == 401


def test_link_that_is_over_forged_or_of_another_order() -> None:
    order, other = make_order(make_product()), make_order(make_product())
    good = token_of(order)
    expires, _, signature = good.partition(".")
    bad = [
        token_of(order, days=-1),
        token_of(other),
        f"{int(expires) + 1}.{signature}",
        f"{expires}.{signature[:-2]}",
        f"{expires}.",
        signature,
        "x",
        "",
        "9" * 30 + "." + signature,
        "²." + signature,
    ]
    for token in bad:
        assert new_client().get(path_of(order), {"token": token}).status_code == 404, token
    assert new_client().get(path_of(order), {"token": good}).status_code == 200


@pytest.mark.parametrize("why", ["staff", "email"])
def test_link_ends_when_it_is_revoked_or_the_address_changes(ann: User, why: str) -> None:
    order = make_order(make_product(), user=ann)
    old = token_of(order)
    if why == "staff":
        staff = client_of(make_user(is_staff=True, is_superuser=True))
        assert staff.delete(f"/api/v1/admin/orders/{order.handle}/links/").status_code == 200
        assert OrderEvent.objects.get().kind == "links_revoked"
    else:
        ann.email = "ann@elsewhere.example"
        ann.save()
    assert new_client().get(path_of(order), {"token": old}).status_code == 404
    assert new_client().get(path_of(order), {"token": token_of(order)}).status_code == 200
    assert client_of(ann).get(path_of(order), {"token": old}).status_code == 200


# Looking up


def test_lookup_mails_a_link_that_opens_the_order(api: APIClient, ann: User) -> None:
    order = make_order(make_product(), user=ann)
    drain()
    mail.outbox.clear()
    body = {"number": order.number.lower(), "email": "Ann@Example.com"}
    answer = api.post("/api/v1/orders/lookup/", body)
    assert (answer.status_code, answer.json()) == (202, {"status": "accepted"})
    drain()
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["ann@example.com"], f"Nexus Shop: the link to your order {order.number}")
    found = re.search(r"token=([\w.-]+)", str(sent.body))
    assert found is not None
    assert api.get(path_of(order), {"token": found[1]}).json()["number"] == order.number


def test_lookup_tells_nothing_of_orders_that_are_not_there_or_anothers(api: APIClient, ann: User) -> None:
    order = make_order(make_product(), user=ann)
    make_order(make_product(), user=make_user("bob@example.com"))
    drain()
    mail.outbox.clear()
    asked = [
        {"number": order.number, "email": "ann@example.com"},
        {"number": order.number, "email": "bob@example.com"},
        {"number": "0000-0000-0000", "email": "ann@example.com"},
    ]
    said = []
    for body in asked:
        statements, answer = statements_of(partial(api.post, "/api/v1/orders/lookup/", body))
        said.append((answer.status_code, answer.content, [sql.split("(")[0] for sql in statements]))
    assert said[0] == said[1] == said[2]
    assert QueuedTask.objects.count() == 3
    drain()
    assert (len(mail.outbox), OrderMail.objects.filter(kind="order_link").count()) == (1, 1)


def test_lookups_are_limited_by_number_and_by_address(api: APIClient) -> None:
    body = {"number": "7K3F-9QXT-2M4A", "email": "ann@example.com"}
    statuses = [api.post("/api/v1/orders/lookup/", body, REMOTE_ADDR=f"10.0.0.{each}").status_code for each in range(6)]
    assert statuses == [202] * 5 + [429]
    here = [
        api.post("/api/v1/orders/lookup/", body | {"number": f"N-{each}"}, REMOTE_ADDR="10.1.0.1").status_code
        for each in range(21)
    ]
    assert here == [202] * 20 + [429]


@pytest.mark.parametrize(
    "body", [{}, {"number": "X"}, {"number": "X", "email": "none"}, {"number": 1, "email": "a@b.co"}]
)
def test_bad_lookup(api: APIClient, body: Any) -> None:
    assert api.post("/api/v1/orders/lookup/", body).status_code == 400
    assert QueuedTask.objects.count() == 0


# History


def test_history_of_an_order_for_its_customer_and_for_staff(ann: User) -> None:
    clerk = make_user("clerk@example.com", is_staff=True, is_superuser=True)
    order = make_order(make_product("Mug"), quantity=2, user=ann)
    line = order.lines.get()
    staff, customer = client_of(clerk), client_of(ann)
    record_manual_payment(order.pk, amount=order.total_incl_tax, reference="TRANSFER-1", recorded_by=clerk.pk)
    staff.post(f"/api/v1/admin/orders/{order.handle}/notes/", {"message": "Difficult customer"})
    lines = [{"id": line.handle, "quantity": 1}]
    staff.patch(path_of(order, "status/"), {"status": "shipped", "lines": lines, "reference": "TRACK-1"})

    seen = customer.get(path_of(order, "events/")).json()["results"]
    assert [event["type"] for event in seen] == ["status_changed", "status_changed", "payment", "placed"]
    shipped, moved, paid, placed = seen
    assert (shipped["status"], shipped["order_status"], shipped["reference"]) == ("shipped", "processing", "TRACK-1")
    assert shipped["lines"] == [{"id": line.handle, "title": "Mug", "quantity": 1}]
    assert (moved["status"], moved["by"], moved["staff"], moved["note"]) == ("processing", "staff", None, None)
    assert (paid["payment"], paid["amount"], paid["note"]) == ("paid", {"amount": "24.95", "currency": "GBP"}, None)
    assert (placed["by"], placed["at"]) == ("customer", customer.get(path_of(order)).json()["placed_at"])
    assert "clerk" not in customer.get(path_of(order, "events/")).content.decode()

    whole = staff.get(path_of(order, "events/")).json()["results"]
    assert [event["type"] for event in whole] == ["status_changed", "note", "status_changed", "payment", "placed"]
    assert whole[0]["staff"] == {"id": clerk.pk, "email": "clerk@example.com"}
    assert [event["note"] for event in whole] == ["TRACK-1", "Difficult customer", None, "TRANSFER-1", None]


def test_note_of_staff_on_a_move_is_not_shown_to_the_customer(ann: User) -> None:
    order = make_order(make_product("Mug"), user=ann)
    staff = client_of(make_user(is_staff=True, is_superuser=True))
    for status in ("processing", "shipped", "delivered", "returned"):
        staff.patch(path_of(order, "status/"), {"status": status, "reference": f"note on {status}"})
    OrderEvent.objects.filter(note="note on delivered").update(data={"status": "delivered", "reference": "older row"})

    def references(client: APIClient) -> list[Any]:
        return [(row["reference"], row["note"]) for row in client.get(path_of(order, "events/")).json()["results"][:4]]

    assert references(client_of(ann)) == [(None, None), (None, None), ("note on shipped", None), (None, None)]
    assert [note for _, note in references(staff)] == [
        f"note on {status}" for status in ("returned", "delivered", "shipped", "processing")
    ]


def is_sealed(link: str) -> bool:
    """Whether the cursor of the link says nothing to whoever reads it."""
    (cursor,) = parse_qs(urlsplit(link).query)["cursor"]
    return not re.search(rb"\d{4}-\d\d-|\|\d", urlsafe_b64decode(cursor))


def test_cursor_of_ones_orders_tells_no_sequence(ann: User) -> None:
    for _ in range(2):
        make_order(make_product(), user=ann)
    page = client_of(ann).get("/api/v1/orders/?page_size=1").json()
    assert is_sealed(page["next"])
    (rest,) = client_of(ann).get(page["next"]).json()["results"]
    assert rest["id"] != page["results"][0]["id"]


def test_history_goes_by_cursor(ann: User) -> None:
    order = make_order(make_product(), user=ann)
    client = client_of(ann)
    for note in ("a", "b", "c"):
        client.patch(path_of(order), {"notes": note})
    whole = [event["id"] for event in client.get(path_of(order, "events/")).json()["results"]]
    found: list[str] = []
    path: str | None = path_of(order, "events/?page_size=2")
    while path:
        page = client.get(path).json()
        found += [event["id"] for event in page["results"]]
        path = page["next"]
        assert page["next"] is None or is_sealed(page["next"])
    assert (found, len(set(found))) == (whole, 4)
    for bad in ("x", "MQ==", "", "MjAyNi0wMS0wMVQwMDowMDowMCswMDowMHwx"):
        assert client.get(path_of(order, f"events/?cursor={bad}")).status_code == 400


# Lists


def test_lists_are_filtered_and_searched(ann: User) -> None:
    mug, lamp = make_product("Blue mug", sku="MUG-1", stock=9), make_product("Lamp 100%", sku="LAMP", stock=9)
    first, second = make_order(mug, user=ann), make_order(lamp, user=ann)
    make_order(mug)
    record_manual_payment(second.pk, amount=second.total_incl_tax, recorded_by=None)
    change_order_status(first.pk, status="cancelled")
    Order.objects.filter(pk=first.pk).update(date_placed="2026-01-10T12:00:00Z")
    client = client_of(ann)

    def found(query: str) -> list[str]:
        answers = [client.get(f"/api/v1/{path}/?{query}").json() for path in ("orders", "me/orders")]
        assert answers[0]["results"] == answers[1]["results"]
        assert answers[0]["count"] == len(answers[0]["results"])
        return [order["number"] for order in answers[0]["results"]]

    assert found("") == [second.number, first.number]
    assert found("status=cancelled") == [first.number]
    assert found("payment_status=paid") == [second.number]
    assert found("placed_from=2026-01-10T12:00:00Z&placed_to=2026-01-10T12:00:01Z") == [first.number]
    assert found("placed_to=2026-01-10T12:00:00Z") == []
    assert found("search=blue") == [first.number]
    assert found("search=lam") == [second.number]
    assert found("search=mug-") == [first.number]
    assert found(f"search={second.number[5:].lower()}") == [second.number]
    assert found("search=100%25") == [second.number]
    assert found("search=%25") == [second.number]
    assert found("search=_") == []
    assert found("search=%5C") == []
    for bad in ("placed_from=yesterday", "payment_status=no", "search=", "email=x", "number=1"):
        answer = client.get(f"/api/v1/me/orders/?{bad}")
        assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, bad.split("=")[0])
    assert new_client().get("/api/v1/me/orders/").status_code == 401
