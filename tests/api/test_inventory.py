"""`admin/stockrecords/` and `admin/inventory/`: stock for those who keep it."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import transaction
from django.utils import timezone
from rest_framework.test import APIClient

from forked_apps.catalogue.models import Product
from forked_apps.order.operations import change_order_status
from forked_apps.partner.models import PriceChange, StockMovement, StockRecord
from forked_apps.partner.operations import change_terms
from forked_apps.partner.reservations import reserve_stock
from tests.factories.http import client_of
from tests.factories.shop import make_order, make_product, make_user, stock_of
from tests.factories.staff import make_member, make_partner
from tests.performance.statements import statements_of

pytestmark = pytest.mark.django_db

RECORDS = "/api/v1/admin/stockrecords/"
ADJUSTMENTS = "/api/v1/admin/inventory/adjustments/"
RESERVATIONS = "/api/v1/admin/inventory/reservations/"


def pk_of(product: Product) -> int:
    return StockRecord.objects.get(product=product).pk


@pytest.fixture
def mug() -> Product:
    return make_product("Mug", stock=5, sku="MUG")


@pytest.fixture
def staff() -> APIClient:
    return client_of(make_member("Staff"))


def adjust(client: APIClient, **body: Any) -> Any:
    """Adjust the mug: 5 to 7, unless `body` says else."""
    return client.post(ADJUSTMENTS, {"sku": "MUG", "expected": 5, "quantity": 7, "reason": "count"} | body)


def test_adjusting_answers_the_record_and_writes_the_ledger(staff: APIClient, mug: Product) -> None:
    answer = adjust(staff)
    assert answer.status_code == 201
    body = answer.json()
    assert body.pop("date_updated")
    assert body.pop("version")
    assert body == {
        "id": pk_of(mug),
        "product": {"id": mug.pk, "title": "Mug", "sku": "MUG"},
        "partner": {"id": StockRecord.objects.get().partner_id, "name": "Main warehouse"},
        "partner_sku": "MUG",
        "price_currency": "GBP",
        "price": "10.00",
        "list_price": None,
        "num_in_stock": 7,
        "num_allocated": 0,
        "free": 7,
        "is_low": False,
        "low_stock_threshold": None,
        "backorder_limit": 0,
        "expected_on": None,
        "is_preorder": False,
    }
    newest, opening = staff.get(ADJUSTMENTS).json()["results"]
    assert (newest["delta"], newest["balance"], newest["kind"], newest["reason"]) == (2, 7, "adjustment", "count")
    assert newest["changed_by"]["name"]
    assert (opening["delta"], opening["kind"], opening["changed_by"]) == (5, "initial", None)


def test_stale_figure_is_refused_with_the_one_of_now(staff: APIClient, mug: Product) -> None:
    make_order(mug, quantity=2)
    refused = adjust(staff, expected=4)
    assert refused.status_code == 409
    body = refused.json()
    assert (body["code"], body["num_in_stock"], body["num_allocated"]) == ("stock_changed", 5, 2)
    assert [error["pointer"] for error in body["errors"]] == ["/expected"]
    assert (stock_of(mug), StockMovement.objects.count()) == ((5, 2), 1)


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"reason": " "}, 400, "invalid_request"),
        ({"quantity": -1}, 400, "invalid_request"),
        ({"quantity": 2**31}, 400, "invalid_request"),
        ({"delta": 1}, 400, "invalid_request"),
        ({"stock_record": 1}, 400, "invalid_request"),
        ({"kind": "shipment"}, 400, "invalid_request"),
        ({"expected": None}, 400, "invalid_request"),
        ({"colour": "red"}, 400, "unknown_field"),
        ({"sku": "CUP"}, 404, "not_found"),
        ({"quantity": 1}, 409, "stock_below_allocation"),
    ],
)
def test_bad_input_changes_nothing(
    staff: APIClient, mug: Product, change: dict[str, Any], status: int, code: str
) -> None:
    make_order(mug, quantity=2)
    answer = adjust(staff, **change)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (stock_of(mug), StockMovement.objects.count()) == ((5, 2), 1)


def test_change_by_delta_and_its_bounds(staff: APIClient, mug: Product) -> None:
    body = {"stock_record": pk_of(mug), "expected": 5, "reason": "broken", "kind": "loss"}
    assert staff.post(ADJUSTMENTS, body | {"delta": -6}).json()["code"] == "stock_out_of_range"
    assert staff.post(ADJUSTMENTS, body | {"delta": -5}).status_code == 201
    assert stock_of(mug) == (0, 0)


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({"delta": -6}, "stock_out_of_range", "/delta"),
        ({"delta": -4}, "stock_below_allocation", "/delta"),
        ({"quantity": 1}, "stock_below_allocation", "/quantity"),
    ],
)
def test_refused_figure_is_pointed_at(
    staff: APIClient, mug: Product, body: dict[str, int], code: str, pointer: str
) -> None:
    make_order(mug, quantity=2)
    refused = staff.post(ADJUSTMENTS, {"sku": "MUG", "expected": 5, "reason": "count"} | body).json()
    assert (refused["code"], [error["pointer"] for error in refused["errors"]]) == (code, [pointer])
    assert stock_of(mug) == (5, 2)


def test_other_doors_point_at_their_own_word_for_the_figure(staff: APIClient, mug: Product) -> None:
    make_order(mug, quantity=2)
    row = {"sku": "MUG", "stock_quantity": 1}
    (outcome,) = staff.put("/api/v1/admin/products/bulk/", {"products": [row]}).json()["results"]
    assert (outcome["code"], outcome["pointer"]) == ("stock_below_allocation", "/stock_quantity")
    StockRecord.objects.update(backorder_limit=3)
    make_order(mug, quantity=5)
    refused = staff.patch(f"{RECORDS}{pk_of(mug)}/", {"backorder_limit": 0}).json()
    assert (refused["code"], refused["errors"][0]["pointer"]) == ("stock_below_allocation", "/backorder_limit")


def test_sku_of_several_partners_names_no_record(staff: APIClient, mug: Product) -> None:
    other = StockRecord.objects.create(
        product=mug, partner=make_partner("Northern workshop"), partner_sku="N", num_in_stock=1
    )
    refused = adjust(staff)
    assert (refused.status_code, refused.json()["stock_records"]) == (422, [other.pk - 1, other.pk])
    assert StockMovement.objects.count() == 2


def test_key_adjusts_once(staff: APIClient, mug: Product) -> None:
    body = {"sku": "MUG", "expected": 5, "delta": 2, "reason": "count"}
    first, again = (staff.post(ADJUSTMENTS, body, headers={"Idempotency-Key": "k"}) for _ in range(2))
    assert (first.status_code, again.status_code, again.headers["Idempotent-Replayed"]) == (201, 201, "true")
    assert first.content == again.content
    assert stock_of(mug) == (7, 0)


@pytest.mark.usefixtures("mug")
def test_who_may() -> None:
    looker = make_user(is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename="view_stockrecord"))
    looking = client_of(looker)
    assert (looking.get(RECORDS).status_code, adjust(looking).status_code) == (200, 403)
    for role, expected in (("customer", 403), ("Editor", 403), ("Partner staff", 200), ("Staff", 200)):
        client = client_of(make_member(role))
        assert {client.get(path).status_code for path in (RECORDS, ADJUSTMENTS, RESERVATIONS)} == {expected}
    assert APIClient().get(RECORDS).status_code == 401


def test_partner_staff_see_and_change_their_own(mug: Product) -> None:
    partner = make_partner("Northern workshop")
    lamp = make_product("Lamp", stock=3, sku="LAMP")
    StockRecord.objects.filter(product=lamp).update(partner=partner)
    for product in (mug, lamp):
        make_order(product)
    client = client_of(make_member("Partner staff", partner=partner))

    seen = [client.get(path).json()["results"] for path in (RECORDS, ADJUSTMENTS, RESERVATIONS)]
    assert [[row["product"]["sku"] for row in rows] for rows in seen] == [["LAMP"]] * 3
    assert client.get(f"{ADJUSTMENTS}?sku=MUG").json()["results"] == []
    assert (adjust(client).status_code, adjust(client, sku="LAMP", expected=3).status_code) == (404, 201)
    assert (stock_of(mug), stock_of(lamp)) == ((5, 1), (7, 1))


def test_lists_are_filtered_and_go_on(staff: APIClient, mug: Product) -> None:
    cup = make_product("Cup", stock=1, sku="CUP")
    change_terms(pk_of(cup), changes={"low_stock_threshold": 2, "backorder_limit": 3, "expected_on": date(2099, 5, 1)})
    low = staff.get(f"{RECORDS}?low=true").json()["results"]
    assert [(row["product"]["sku"], row["free"], row["expected_on"]) for row in low] == [("CUP", 4, "2099-05-01")]
    assert [row["id"] for row in staff.get(f"{RECORDS}?sku=MUG").json()["results"]] == [pk_of(mug)]
    assert staff.get(f"{RECORDS}?partner=999").json()["results"] == []
    order = make_order(mug, quantity=2)
    for status in ("processing", "shipped"):
        change_order_status(order.pk, status=status)
    (shipped,) = staff.get(f"{ADJUSTMENTS}?kind=shipment&date_from=2020-01-01").json()["results"]
    assert (shipped["order"], shipped["delta"]) == ({"id": order.handle, "number": order.number}, -2)
    assert staff.get(f"{ADJUSTMENTS}?date_to=2020-01-01").json()["results"] == []
    for path, count in ((RECORDS, 2), (ADJUSTMENTS, 3)):
        rows, following = [], f"{path}?page_size=1"
        while following:
            page = staff.get(following).json()
            rows += page["results"]
            following = page["next"]
        assert rows == staff.get(path).json()["results"]
        assert len(rows) == count


def test_rows_of_a_record_of_which_nothing_is_known_are_shown(staff: APIClient) -> None:
    unknown = {"id": None, "title": None, "sku": None}
    StockMovement.objects.create(stock_record_id=999_999, delta=5, balance=5, kind="initial")
    PriceChange.objects.create(stock_record_id=999_999, new_price=Decimal("5.00"), currency="GBP")
    for path in (ADJUSTMENTS, "/api/v1/admin/prices/changes/"):
        answer = staff.get(path)
        assert answer.status_code == 200
        assert [(row["stock_record"], row["product"]) for row in answer.json()["results"]] == [(999_999, unknown)]


def test_reservations_are_unpaid_orders_and_payment_sessions(staff: APIClient, mug: Product) -> None:
    order = make_order(mug, quantity=2)
    until = timezone.now() + timedelta(minutes=15)
    with transaction.atomic():
        reserve_stock(7, {pk_of(mug): 1}, client="user:1", expires_at=until)
    rows = staff.get(f"{RESERVATIONS}?sku=MUG").json()["results"]
    assert [(row["kind"], row["quantity"], row["order"]) for row in rows] == [
        ("payment_session", 1, None),
        ("order", 2, {"id": order.handle, "number": order.number}),
    ]
    assert all(row["until"] for row in rows)
    first = staff.get(f"{RESERVATIONS}?page_size=1&stock_record={pk_of(mug)}").json()
    second = staff.get(first["next"]).json()
    assert (first["results"] + second["results"], second["next"]) == (rows, None)


def test_order_that_staff_have_begun_is_held_without_an_end(staff: APIClient, mug: Product) -> None:
    order = make_order(mug, quantity=2)
    (row,) = staff.get(RESERVATIONS).json()["results"]
    assert row["until"] is not None
    change_order_status(order.pk, status="processing", quantities={order.lines.get().pk: 1})
    (row,) = staff.get(RESERVATIONS).json()["results"]
    assert (row["order"]["id"], row["quantity"], row["until"]) == (order.handle, 2, None)


@pytest.mark.parametrize("path", [RECORDS, ADJUSTMENTS, RESERVATIONS])
@pytest.mark.parametrize("cursor", ["x", "!!", "MXwy", "LTE=", "MjAyNi0wMS0wMXxhfDE="])
def test_cursor_of_somebody_else(staff: APIClient, path: str, cursor: str) -> None:
    answer = staff.get(f"{path}?cursor={cursor}")
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, "cursor")


@pytest.mark.parametrize(("path", "count"), [(RECORDS, 4), (ADJUSTMENTS, 4), (RESERVATIONS, 5)])
def test_lists_cost_the_same_whatever_they_show(path: str, count: int) -> None:
    partner = make_partner("Northern workshop")
    client = client_of(make_member("Partner staff", partner=partner))
    counts = []
    for _ in range(2):
        for _ in range(2):
            lamp = make_product(stock=3)
            StockRecord.objects.filter(product=lamp).update(partner=partner)
            make_order(lamp)
        statements, answer = statements_of(lambda: client.get(path))
        counts.append((len(statements), len(answer.json()["results"])))
    assert counts == [(count, 2), (count, 4)]
