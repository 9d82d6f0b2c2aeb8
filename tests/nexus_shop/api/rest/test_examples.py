"""The examples of the OpenAPI file: each is sent, in the order in which a shopper would come upon them."""

from decimal import Decimal
from typing import Any

import pytest
import yaml
from pytest_django import Settings
from rest_framework.test import APIClient

from forked_apps.catalogue.models import Product
from forked_apps.order.models import Order
from forked_apps.payment.operations import record_manual_payment
from nexus_shop.api.docs import SCHEMA_FILE
from nexus_shop.api.rest.examples import EXAMPLES
from tests.factories.http import client_of, new_client
from tests.factories.pictures import upload
from tests.factories.shop import make_category, make_country, make_product, make_user, make_voucher

pytestmark = pytest.mark.django_db

SENT: set[str] = set()
OPERATIONS: dict[str, tuple[str, str, dict[str, Any]]] = {
    operation["operationId"]: (method, path, operation)
    for path, methods in yaml.safe_load(SCHEMA_FILE.read_text())["paths"].items()
    for method, operation in methods.items()
}


def send(client: APIClient, name: str, changes: dict[str, Any] | None = None, **places: Any) -> Any:
    """Send the example as it stands in the file, with ids of this database; the answer is one that the file names."""
    method, path, operation = OPERATIONS[name]
    body = operation["requestBody"]["content"]["application/json"]["examples"]["example"]["value"]
    answer = getattr(client, method)(path.format(**places), body | (changes or {}))
    assert answer.status_code in {200, 201, 202, 204}, answer.content
    assert str(answer.status_code) in operation["responses"]
    SENT.add(name)
    return answer


def send_cart_extras(shopper: APIClient, mug: Product) -> None:
    """What a cart can do beside holding lines; a line of a mug is in it, before and after."""
    make_voucher("WELCOME10")
    send(shopper, "changeCart")
    cart = send(shopper, "addManyToCart", {"items": [{"sku": mug.upc}]}).json()
    send(shopper, "addVoucher")
    shared = shopper.post("/api/v1/cart/share/").json()["id"]
    send(shopper, "saveForLater", {"item": cart["items"][0]["id"]})
    send(shopper, "restoreSharedCart", handle=shared)
    send(shopper, "mergeCarts", {"token": new_client().post("/api/v1/cart/").json()["token"]})


def send_facades(customer: APIClient, shopper: APIClient, mug: Product) -> None:
    """What a storefront of oscarapi sends, and the customer's address book; all is empty before and after."""
    send_addresses(customer)
    link = {"url": f"/api/v1/products/{mug.pk}/"}
    basket = send(shopper, "addProductToBasket", link).json()
    send(shopper, "addVoucherToBasket")
    send(shopper, "findBasketShippingMethods")
    line = shopper.get(basket["lines"]).json()[0]["id"]
    for name in ("replaceBasketLine", "changeBasketLine"):
        send(shopper, name, basket=basket["id"], handle=line)
    shopper.delete(basket["url"])


def send_addresses(shopper: APIClient) -> None:
    """Both views of an address book, which is empty after each."""
    for name in ("Address", "UserAddress"):
        handle = send(shopper, f"add{name}").json()["id"]
        send(shopper, f"replace{name}", handle=handle)
        send(shopper, f"change{name}", handle=handle)
        shopper.delete(f"/api/v1/me/addresses/{handle}/")


def send_settings(staff: APIClient, mug: Product) -> None:
    """What staff set up: translations and tax rates."""
    for name in ("replaceTranslations", "changeTranslations"):
        send(staff, name, kind="products", thing_id=mug.pk)
    rate = send(staff, "createTaxRule").json()["id"]
    send(staff, "replaceTaxRule", rate_id=rate)
    send(staff, "changeTaxRule", rate_id=rate)


def test_every_example_is_answered(settings: Settings) -> None:
    settings.SHOP_LANGUAGES = ("en", "de")
    make_country("US")
    mug = make_product(price="10.00", stock=50)
    items = [{"product_id": mug.pk, "quantity": 1}]
    staff = client_of(make_user(is_staff=True, is_superuser=True))
    guest, shopper = new_client(), new_client()

    send(shopper, "register")
    tokens = send(shopper, "login").json()
    shopper.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens['access']}")
    send(shopper, "changeAccount")
    send(staff, "createProduct", {"category": make_category("Computers").pk})
    line = send(shopper, "addToCart", {"product_id": mug.pk}).json()["items"][0]["id"]
    send(shopper, "setCartItemQuantity", handle=line)
    send(shopper, "estimateCart")
    send(shopper, "replaceCartItems", {"items": items})
    send_cart_extras(shopper, mug)
    send_facades(shopper, client_of(make_user()), mug)
    order = send(shopper, "placeOrder", {"items": items}).json()
    send(shopper, "changeOrder", handle=order["id"])
    send(shopper, "replaceOrder", handle=order["id"])
    assert send(shopper, "pay", {"order": order["id"]}).json()["status"] == "awaiting"
    send(staff, "setOrderStatus", handle=order["id"])
    total = Decimal(order["totals"]["total"]["amount"])
    record_manual_payment(Order.objects.get(handle=order["id"]).pk, amount=total, recorded_by=None)
    assert send(staff, "refundPayment", {"order": order["id"]}).json()["status"] == "refunded"
    send(staff, "writeOrderNote", handle=order["id"])
    send(shopper, "cancelOrder", handle=order["id"])
    send(new_client(), "lookupOrder")
    send_settings(staff, mug)
    guest.credentials(HTTP_X_CART_TOKEN=send(guest, "addToCart", {"product_id": mug.pk}).json()["token"])
    assert send(guest, "checkout").json()["totals"]["total"] == EXAMPLES["checkout"]["expected_total"]
    method = send(staff, "createShippingMethod").json()["id"]
    send(staff, "replaceShippingMethod", method_id=method)
    send(staff, "changeShippingMethod", method_id=method)
    _check_out_step_by_step(mug.pk)
    refresh = send(shopper, "refresh", {"refresh": tokens["refresh"]}).json()["refresh"]
    send(shopper, "logout", {"refresh": refresh})
    send_catalogue(staff)

    assert set(EXAMPLES) == SENT


def send_catalogue(staff: APIClient) -> None:
    """What staff keep of the catalogue."""
    send(staff, "adjustStock")
    laptop = "sku:LAPTOP-001"
    for name in ("replaceProduct", "changeProduct"):
        send(staff, name, key=laptop)
    for name in ("createCategory", "createProductCategory", "putCategories"):
        send(staff, name)
    group = keep(staff, "OptionGroup")
    keep(staff, "ProductClass")
    keep(staff, "Attribute", {"option_group": group})
    for kind in ("Category", "Brand", "Option"):
        keep(staff, kind)
    partner = keep(staff, "Partner")
    product = keep(staff, "Product")
    picture = staff.post(f"/api/v1/admin/products/{product}/images/", {"original": upload()}, format="multipart")
    send(staff, "changeAdminProductImage", key=product, image_id=picture.json()["id"])
    keep(staff, "StockRecord", {"product": product, "partner": partner})
    parent = {"title": "Shirt", "structure": "parent", "product_class": "shirts", "sku": "SHIRT"}
    send(staff, "buildAdminVariants", key=staff.post("/api/v1/admin/products/", parent).json()["id"])
    assert {row["status"] for row in send(staff, "putAdminProducts").json()["results"]} <= {"created", "refused"}


def keep(staff: APIClient, kind: str, changes: dict[str, Any] | None = None) -> int:
    """Make, replace and change one of the kind; its id."""
    pk: int = send(staff, f"createAdmin{kind}", changes).json()["id"]
    send(staff, f"replaceAdmin{kind}", changes if kind == "Attribute" else None, key=pk)
    send(staff, f"changeAdmin{kind}", key=pk)
    return pk


def _check_out_step_by_step(product_id: int) -> None:
    guest = new_client()
    added = guest.post("/api/v1/cart/items/", {"product_id": product_id})
    guest.credentials(HTTP_X_CART_TOKEN=added.headers["X-Cart-Token"])
    checkout = guest.post("/api/v1/checkouts/").json()["id"]
    steps = ("changeCheckout", "setCheckoutAddresses", "setCheckoutShipment", "openPaymentSession")
    for name in (*steps, "changePaymentSession", "completeCheckout"):
        send(guest, name, handle=checkout)


def test_every_body_has_an_example() -> None:
    empty = {"openBasket", "openCart", "restoreSaved", "shareCart", "openCheckout", "cancelCheckout"}
    forms = {"addAdminProductImage", "addAdminFile"}
    assert {
        name for name, (_, _, operation) in OPERATIONS.items() if "requestBody" in operation
    } - empty - forms == set(EXAMPLES)
