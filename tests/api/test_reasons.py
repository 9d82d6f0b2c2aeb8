"""What staff give as a reason, a reference or a note is words: script is refused, and nothing is written."""

from typing import Any
from urllib.parse import urlencode

import pytest
from rest_framework.test import APIClient

from forked_apps.order.models import Order, OrderNote
from forked_apps.partner.models import PriceChange, StockMovement
from forked_apps.payment.models import PaymentAttempt
from tests.factories.http import client_of
from tests.factories.shop import make_order, make_product, stock_of
from tests.factories.staff import make_member

pytestmark = pytest.mark.django_db

API = "/api/v1/"
SCRIPT = "sale <script>alert(1)</script>"
UNSEEN = "\u202e\u2066"  # nothing but marks of direction


@pytest.fixture
def staff() -> APIClient:
    return client_of(make_member("Staff"))


@pytest.mark.parametrize("reason", [SCRIPT, UNSEEN, "a\x07b"])
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("patch", "admin/stockrecords/{record}/", {"price": "11.00"}),
        ("put", "admin/stockrecords/{record}/", {"price": "11.00"}),
        ("post", "admin/inventory/adjustments/", {"sku": "MUG", "expected": 5, "quantity": 7}),
        ("post", "products/", {"title": "Cup", "price": "3.00"}),
        ("post", "admin/products/", {"title": "Cup", "price": "3.00"}),
        ("post", "admin/stockrecords/", {"product": 1, "price": "3.00"}),
    ],
)
def test_reason_of_a_price_or_a_figure_has_no_script(
    staff: APIClient, reason: str, method: str, path: str, body: dict[str, Any]
) -> None:
    mug = make_product("Mug", price="10.00", stock=5, sku="MUG")
    place = API + path.format(record=mug.stockrecords.get().pk)
    refused = getattr(staff, method)(place, body | {"reason": reason})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/reason")
    assert (PriceChange.objects.count(), StockMovement.objects.count(), stock_of(mug)) == (1, 1, (5, 0))


def test_row_with_script_for_a_reason_is_refused(staff: APIClient) -> None:
    make_product("Mug", price="10.00", stock=5, sku="MUG")
    row = {"sku": "MUG", "price": "11.00", "reason": SCRIPT}
    (outcome,) = staff.put(f"{API}admin/products/bulk/", {"products": [row]}).json()["results"]
    assert (outcome["status"], outcome["pointer"]) == ("refused", "/reason")
    assert PriceChange.objects.count() == 1


def test_deleting_a_stock_record_takes_a_reason(staff: APIClient) -> None:
    mug = make_product("Mug", price="10.00", stock=5, sku="MUG")
    place = f"{API}admin/stockrecords/{mug.stockrecords.get().pk}/"
    for reason in (SCRIPT, "x" * 256, " "):
        refused = staff.delete(f"{place}?{urlencode({'reason': reason})}")
        assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (400, "reason")
    assert staff.patch(f"{place}?reason=x", {"price": "9.00"}).json()["code"] == "unknown_parameter"
    assert stock_of(mug) == (5, 0)
    assert staff.delete(f"{place}?reason=closing").status_code == 204
    assert PriceChange.objects.latest("pk").reason == StockMovement.objects.latest("pk").reason == "closing"


@pytest.mark.parametrize("field", ["reason", "reference"])
def test_refund_is_told_in_words(staff: APIClient, field: str) -> None:
    order = make_order(make_product())
    body = {"order": order.handle, "amount": {"amount": "1.00", "currency": "GBP"}, field: SCRIPT}
    refused = staff.post(f"{API}payments/refunds/", body)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, f"/{field}")
    assert not PaymentAttempt.objects.filter(kind="refund").exists()


def test_reference_of_a_move_and_a_note_are_words(staff: APIClient) -> None:
    order = make_order(make_product())
    notes = OrderNote.objects.count()
    moved = staff.patch(f"{API}orders/{order.handle}/status/", {"status": "processing", "reference": SCRIPT})
    noted = staff.post(f"{API}admin/orders/{order.handle}/notes/", {"message": SCRIPT})
    pointers = [(answer.status_code, answer.json()["errors"][0]["pointer"]) for answer in (moved, noted)]
    assert pointers == [(400, "/reference"), (400, "/message")]
    assert (Order.objects.get().status, OrderNote.objects.count()) == ("pending", notes)


def test_note_may_have_several_lines(staff: APIClient) -> None:
    order = make_order(make_product())
    noted = staff.post(f"{API}admin/orders/{order.handle}/notes/", {"message": "Wrap it\n1 < 2"})
    assert (noted.status_code, noted.json()["message"]) == (201, "Wrap it\n1 < 2")
