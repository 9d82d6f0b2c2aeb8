"""C8: whatever changes between view, step and completion, nothing is ordered at more than was confirmed."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from forked_apps.catalogue.models import Product
from forked_apps.order.models import Order
from forked_apps.partner.models import StockRecord
from forked_apps.voucher.models import Voucher
from nexus_shop.markets.models import TaxRate
from tests.concurrency.shoppers import broken_rules
from tests.factories.http import new_client
from tests.factories.shop import ADDRESS_JSON, make_country, make_product, make_voucher, stock_of

pytestmark = pytest.mark.django_db

Change = Callable[[APIClient, Product], None]


@pytest.fixture(autouse=True)
def _shop(settings: Settings) -> None:
    """A net shop with taxes by address: a new rate is a new total."""
    settings.TAX_BY_ADDRESS = True
    settings.PRICES_INCLUDE_TAX = settings.OSCAR_OFFERS_INCL_TAX = False
    make_country("US")
    TaxRate.objects.create(name="Tax", country="US", rate="0.10")
    make_voucher("HALF")


@pytest.fixture
def mug() -> Product:
    return make_product("Mug", price="10.00", stock=5)


@pytest.fixture
def guest(mug: Product) -> APIClient:
    """A guest with two mugs at half the price: 11.00 and delivery 5.45."""
    client = new_client()
    added = client.post("/api/v1/cart/items/", {"product_id": mug.pk, "quantity": 2})
    client.credentials(HTTP_X_CART_TOKEN=added.headers["X-Cart-Token"])
    assert client.post("/api/v1/cart/vouchers/", {"code": "HALF"}).status_code == 200
    return client


def price_rises(client: APIClient, mug: Product) -> None:
    StockRecord.objects.update(price=Decimal("50.00"))


def tax_rises(client: APIClient, mug: Product) -> None:
    TaxRate.objects.update(rate="0.25")


def stock_falls(client: APIClient, mug: Product) -> None:
    """To nothing that is free; what a payment session holds stays."""
    StockRecord.objects.update(num_in_stock=stock_of(mug)[1])


def voucher_ends(client: APIClient, mug: Product) -> None:
    Voucher.objects.update(end_datetime="2020-01-02T00:00:00Z", start_datetime="2020-01-01T00:00:00Z")


def cart_grows(client: APIClient, mug: Product) -> None:
    other = make_product("Plate", price="20.00")
    assert client.post("/api/v1/cart/items/", {"product_id": other.pk}).status_code == 200


@pytest.mark.parametrize(
    ("change", "refusals"),
    [
        (price_rises, {"total_changed"}),
        (tax_rises, {"total_changed"}),
        (stock_falls, {"insufficient_stock"}),
        (voucher_ends, {"voucher_invalid"}),
        (cart_grows, {"total_changed"}),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
@pytest.mark.parametrize("after", ["view", "step", "payment session"])
def test_nothing_is_ordered_at_more_than_was_confirmed(
    guest: APIClient, mug: Product, change: Change, refusals: set[str], after: str
) -> None:
    path = f"/api/v1/checkouts/{guest.post('/api/v1/checkouts/').json()['id']}/"
    said = {"email": "ann@example.com", "shipping_address": ADDRESS_JSON}
    confirmed = guest.patch(path, said).json()["totals"]["total"]
    assert confirmed == {"amount": "16.45", "currency": "GBP"}
    steps: list[tuple[str, Callable[[], Any]]] = [
        ("view", lambda: guest.get(path)),
        ("step", lambda: guest.put(f"{path}shipments/", {"shipping_method": "flat-rate"})),
        ("payment session", lambda: guest.post(f"{path}payment-sessions/")),
    ]
    for name, step in steps:
        answer = step()
        assert answer.status_code < 300 or answer.json()["code"] in refusals
        if name == after:
            change(guest, mug)

    placed = guest.post(f"{path}complete/", {"expected_total": confirmed})

    is_held = change is stock_falls and after == "payment session"
    if is_held:
        assert (placed.status_code, placed.json()["totals"]["total"]) == (201, confirmed)
        assert Order.objects.get().total_incl_tax == Decimal("16.45")
    else:
        assert placed.json()["code"] in refusals
        assert not Order.objects.exists()
        shown = guest.get(path).json()
        assert shown["status"] == "open"
        assert shown["totals"]["total"] != confirmed or shown["problems"]
    if "totals" in placed.json() and not is_held:
        assert placed.json()["totals"] == guest.get(path).json()["totals"]
    assert broken_rules() == {}


@pytest.mark.parametrize("change", [price_rises, tax_rises, cart_grows], ids=lambda each: each.__name__)
def test_confirming_the_new_total_orders_at_it(guest: APIClient, mug: Product, change: Change) -> None:
    path = f"/api/v1/checkouts/{guest.post('/api/v1/checkouts/').json()['id']}/"
    said = {"email": "ann@example.com", "shipping_address": ADDRESS_JSON}
    confirmed = guest.patch(path, said).json()["totals"]["total"]
    change(guest, mug)
    refused = guest.post(f"{path}complete/", {"expected_total": confirmed})
    assert (refused.status_code, refused.json()["code"]) == (409, "total_changed")
    total = refused.json()["totals"]["total"]
    placed = guest.post(f"{path}complete/", {"expected_total": total})
    assert (placed.status_code, placed.json()["totals"]["total"]) == (201, total)


@pytest.mark.parametrize("change", [price_rises, tax_rises, voucher_ends, cart_grows], ids=lambda each: each.__name__)
def test_one_call_orders_at_no_more_than_was_confirmed(guest: APIClient, mug: Product, change: Change) -> None:
    change(guest, mug)
    body = {
        "email": "ann@example.com",
        "shipping_address": ADDRESS_JSON,
        "expected_total": {"amount": "16.45", "currency": "GBP"},
    }
    refused = guest.post("/api/v1/checkout/", body)
    assert refused.json()["code"] in {"total_changed", "voucher_invalid"}
    assert not Order.objects.exists()
    assert stock_of(mug) == (5, 0)
