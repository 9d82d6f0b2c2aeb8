"""None of what oscarapi's own routes let strangers do is possible at the façades of that name."""

from typing import Any

import pytest
from django.core.cache import cache
from pytest_django import Settings
from rest_framework.test import APIClient

from forked_apps.address.models import UserAddress
from forked_apps.basket.models import Basket, Line
from forked_apps.catalogue.models import Product
from forked_apps.order.models import Order
from nexus_shop.core.limits import forget_local_counts
from tests.factories.carts import add, digest_of_carts, guest_with
from tests.factories.http import client_of, new_client
from tests.factories.shop import ADDRESS_JSON, make_country, make_product, make_user, make_voucher, stock_of

pytestmark = pytest.mark.django_db


def basket_of(client: APIClient) -> Any:
    return client.get("/api/v1/basket/").json()


def line_of(client: APIClient) -> Any:
    return client.get(basket_of(client)["lines"]).json()[0]


def add_product(client: APIClient, product: Product, quantity: Any = 1, **headers: Any) -> Any:
    body = {"url": f"/api/v1/products/{product.pk}/", "quantity": quantity}
    return client.post("/api/v1/basket/add-product/", body, **headers)


def login_with(product: Product) -> APIClient:
    client = client_of(make_user())
    assert add(client, product).status_code == 201
    return client


def checkout_body(client: APIClient, **changes: Any) -> dict[str, Any]:
    basket = basket_of(client)
    body = {
        "basket": basket["url"],
        "guest_email": "ann@example.com",
        "total": basket["totals"]["total"]["amount"],
        "shipping_address": ADDRESS_JSON,
    }
    return {name: value for name, value in (body | changes).items() if value is not None}


def test_looking_at_anothers_cart_opens_nothing() -> None:
    """In oscarapi a refused look at a line wrote its cart into the attacker's session."""
    make_country("US")
    mug = make_product(stock=100)
    victims = [guest_with((mug, 2))[0], login_with(mug)]
    attackers = [new_client(), guest_with((mug, 1))[0], login_with(mug)]
    for victim in victims:
        basket, line = basket_of(victim), line_of(victim)
        for attacker in attackers:
            own, before = basket_of(attacker), digest_of_carts()
            for method, url, body in (
                ("get", basket["url"], None),
                ("get", basket["lines"], None),
                ("get", line["url"], None),
                ("put", line["url"], {"quantity": 50}),
                ("patch", line["url"], {"quantity": 50}),
                ("delete", line["url"], None),
                ("delete", basket["url"], None),
            ):
                refused = getattr(attacker, method)(url, body)
                assert (refused.status_code, refused.json()["code"]) == (404, "not_found"), (method, url)
            checkout = {"basket": basket["url"], "guest_email": "a@example.com", "total": "14.95"}
            refused = attacker.post("/api/v1/checkout/", checkout | {"shipping_address": ADDRESS_JSON})
            assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (404, "/basket")
            assert digest_of_carts() == before
            assert basket_of(attacker) == own
        assert basket_of(victim) == basket
    assert Order.objects.count() == 0


def test_line_of_another_in_ones_own_cart_is_not_found() -> None:
    mug = make_product(stock=100)
    victim, attacker = guest_with((mug, 2))[0], guest_with((mug, 1))[0]
    url = f"{basket_of(attacker)['lines']}{line_of(victim)['id']}/"
    before = digest_of_carts()
    assert attacker.get(url).status_code == 404
    assert attacker.patch(url, {"quantity": 50}).status_code == 404
    assert attacker.delete(url).status_code == 404
    assert digest_of_carts() == before


def test_ordered_and_merged_carts_are_no_baskets_any_more() -> None:
    make_country("US")
    client, _ = guest_with((make_product(), 1))
    basket, line = basket_of(client), line_of(client)
    assert client.post("/api/v1/checkout/", checkout_body(client)).status_code == 200
    before = digest_of_carts()
    assert client.get(basket["url"]).status_code == 404
    assert client.patch(line["url"], {"quantity": 2}).status_code == 404
    assert client.delete(basket["url"]).status_code == 404
    assert digest_of_carts() == before


def test_unknown_token_and_session_headers_open_nothing() -> None:
    """No session is chosen by the client, no read writes."""
    client = new_client()
    client.credentials(HTTP_SESSION_ID="SID:ANON:testserver:fixme")
    for path in ("basket/", "baskets/", "basket/shipping-methods/"):
        answer = client.get(f"/api/v1/{path}")
        assert (answer.status_code, dict(answer.cookies)) == (200, {})
    client.credentials(HTTP_X_CART_TOKEN="x" * 43)
    for path in ("basket/", "baskets/", f"baskets/{'0' * 32}/", f"baskets/{'0' * 32}/lines/"):
        assert client.get(f"/api/v1/{path}").json()["code"] == "cart_not_found"
    assert Basket.objects.count() == 0


@pytest.mark.parametrize("model", [Basket, Line], ids=["basket", "line"])
def test_no_field_of_carts_and_lines_is_written_but_the_quantity(model: Any) -> None:
    """Every field of the models is sent, alone and together with the quantity."""
    cheap, dear = make_product(price="1.00"), make_product(price="100.00")
    victim = make_user()
    client, _ = guest_with((dear, 1))
    other, _ = guest_with((cheap, 1))
    theirs = basket_of(other)
    values: dict[str, Any] = {
        "owner": f"/api/v1/users/{victim.pk}/",
        "basket": theirs["url"],
        "product": f"/api/v1/products/{cheap.pk}/",
        "stockrecord": f"/api/v1/products/{cheap.pk}/stockrecords/1/",
        "price_currency": "JPY",
        "currency": "JPY",
        "status": "Submitted",
    }
    line, basket = line_of(client), basket_of(client)
    before = carts_without_versions()
    names = {name for field in model._meta.get_fields() for name in (field.name, getattr(field, "attname", field.name))}
    for name in names - {"quantity"}:
        value = values.get(name, 1)
        for method, url, body in (
            ("post", "/api/v1/baskets/", {name: value}),
            ("patch", basket["url"], {name: value}),
            ("put", basket["url"], {name: value}),
            ("post", basket["lines"], {"product": line["product"], name: value}),
            ("patch", line["url"], {name: value}),
            ("patch", line["url"], {name: value, "quantity": 1}),
        ):
            assert getattr(client, method)(url, body).status_code in {200, 400, 405}, (method, url, name)
    assert carts_without_versions() == before
    assert basket_of(other) == theirs


def carts_without_versions() -> list[list[dict[str, Any]]]:
    """All rows of carts; opening the own one again, or saying its quantity again, raises its version."""
    baskets = [row | {"version": 0} for row in Basket.objects.order_by("pk").values()]
    return [baskets, [row | {"date_updated": None} for row in Line.objects.order_by("pk").values()]]


def test_written_back_line_keeps_everything_but_the_quantity() -> None:
    cheap, dear = make_product(price="1.00"), make_product(price="100.00")
    client, _ = guest_with((dear, 1))
    other, _ = guest_with((cheap, 1))
    line = line_of(client)
    row = Line.objects.filter(handle=line["id"])
    before = row.values("basket_id", "product_id", "stockrecord_id", "price_currency", "price_incl_tax").get()
    forged = line | {
        "quantity": 2,
        "basket": basket_of(other)["url"],
        "product": line_of(other)["product"],
        "price_currency": "JPY",
        "price_incl_tax": "0.01",
        "unit_price": {"currency": "JPY", "excl_tax": "0.01"},
    }
    assert client.put(line["url"], forged).json() == line_of(client)
    assert row.values(*before).get() == before
    assert line_of(client)["total"]["incl_tax"] == "200.00"
    stock = client.patch(line["url"], {"quantity": 3, "stockrecord": "/api/v1/products/1/stockrecords/1/"})
    assert (stock.status_code, stock.json()["code"]) == (400, "unknown_field")
    assert line_of(client)["quantity"] == 2


@pytest.mark.parametrize(
    ("method", "path"),
    [("post", "baskets/{}/lines/"), ("put", "baskets/{}/"), ("patch", "baskets/{}/"), ("post", "basket/")],
)
def test_what_cannot_be_safe_is_not_there(method: str, path: str) -> None:
    client, _ = guest_with((make_product(), 1))
    before = digest_of_carts()
    answer = getattr(client, method)("/api/v1/" + path.format(basket_of(client)["id"]), {"status": "Frozen"})
    assert (answer.status_code, digest_of_carts()) == (405, before)


@pytest.mark.parametrize(
    ("url", "status", "code"),
    [
        ("http://evil.example/api/v1/products/{}/", 400, "invalid_request"),
        ("//evil.example/api/v1/products/{}/", 400, "invalid_request"),
        ("http://testserver@evil.example/api/v1/products/{}/", 400, "invalid_request"),
        ("http://testserver:81/api/v1/products/{}/", 400, "invalid_request"),
        ("ftp://testserver/api/v1/products/{}/", 400, "invalid_request"),
        ("/api/v1/products/{}", 400, "invalid_request"),
        ("/api/v1/products/{}/?x=1", 400, "invalid_request"),
        ("/api/v1/categories/{}/", 400, "invalid_request"),
        ("/api/v1/products/../products/{}/", 400, "invalid_request"),
        ("{}", 400, "invalid_request"),
        ("/api/v1/products/9999999999/", 404, "not_found"),
        ("/api/v1/products/0/", 404, "not_found"),
    ],
)
def test_links_that_lead_elsewhere_are_refused(url: str, status: int, code: str) -> None:
    mug = make_product()
    answer = new_client().post("/api/v1/basket/add-product/", {"url": url.format(mug.pk), "quantity": 1})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["errors"][0]["pointer"] == "/url"
    assert Basket.objects.count() == 0


def test_unpublished_product_is_not_found() -> None:
    mug = make_product()
    Product.objects.filter(pk=mug.pk).update(is_public=False)
    answer = add_product(new_client(), mug)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (404, "/url")
    assert Basket.objects.count() == 0


@pytest.mark.parametrize("quantity", [0, -5, "2", 1.5, None, True, 10**12])
def test_quantities_are_whole_and_positive(quantity: Any) -> None:
    mug = make_product()
    client, _ = guest_with((mug, 1))
    before = digest_of_carts()
    assert add_product(client, mug, quantity).status_code == 400
    assert client.patch(line_of(client)["url"], {"quantity": quantity}).status_code == 400
    assert digest_of_carts() == before


def test_no_more_than_there_is() -> None:
    mug = make_product(stock=3)
    client, _ = guest_with((mug, 2))
    before = digest_of_carts()
    for answer in (add_product(client, mug, 2), client.patch(line_of(client)["url"], {"quantity": 50})):
        assert (answer.status_code, answer.json()["code"]) == (409, "insufficient_stock")
    assert digest_of_carts() == before


@pytest.mark.parametrize(
    ("changes", "status", "code", "pointer"),
    [
        ({"total": None}, 400, "invalid_request", "/total"),
        ({"total": "14.94"}, 409, "total_changed", None),
        ({"shipping_charge": {"currency": "GBP", "excl_tax": "0.00", "tax": "0.00"}}, 409, "total_changed", None),
        (
            {"shipping_charge": {"currency": "USD", "excl_tax": "4.12", "tax": "0.83"}},
            *(422, "currency_mismatch", "/shipping_charge/currency"),
        ),
        ({"shipping_address": None}, 422, "shipping_address_required", "/shipping_address"),
        ({"shipping_method_code": "free-shipping"}, 422, "shipping_method_unknown", "/shipping_method_code"),
        ({"guest_email": None}, 422, "email_required", "/guest_email"),
        ({"guest_email": ""}, 422, "email_required", "/guest_email"),
        ({"basket": "http://evil.example/api/v1/baskets/1/"}, 400, "invalid_request", "/basket"),
        ({"basket": "/api/v1/baskets/1/"}, 404, "not_found", "/basket"),
        ({"email": "ann@example.com"}, 400, "unknown_field", "/email"),
        ({"user": 1}, 400, "unknown_field", "/user"),
        (
            {"shipping_address": ADDRESS_JSON | {"country": "http://evil.example/api/v1/countries/US/"}},
            *(400, "invalid_request", "/shipping_address/country"),
        ),
        (
            {"shipping_address": ADDRESS_JSON | {"country": "/api/v1/countries/XX/"}},
            *(422, "country_not_served", "/shipping_address/country"),
        ),
    ],
)
def test_checkout_refuses(changes: dict[str, Any], status: int, code: str, pointer: str | None) -> None:
    """No order at another total, without an address, or by an unknown way of delivery."""
    make_country("US")
    mug = make_product(price="10.00")
    client, _ = guest_with((mug, 1))
    body, before = checkout_body(client, **changes), digest_of_carts()
    answer = client.post("/api/v1/checkout/", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    if pointer is not None:
        assert [entry["pointer"] for entry in answer.json()["errors"]] == [pointer]
    if code == "total_changed":
        assert answer.json()["totals"]["total"]["amount"] == "14.95"
    assert (Order.objects.count(), stock_of(mug), digest_of_carts()) == (0, (5, 0), before)


@pytest.mark.parametrize("body", [[1], "text", 1, None, {"basket": 1, "total": []}, {"basket": ["x"]}])
def test_senseless_bodies_are_400(body: Any) -> None:
    client, _ = guest_with((make_product(), 1))
    for path in ("checkout/", "basket/add-product/", "basket/add-voucher/", "basket/shipping-methods/"):
        assert client.post(f"/api/v1/{path}", body).status_code == 400


def test_login_needs_no_address_of_a_guest() -> None:
    make_country("US")
    client = login_with(make_product())
    placed = client.post("/api/v1/checkout/", checkout_body(client, guest_email="other@example.com"))
    assert placed.status_code == 200
    assert Order.objects.get().guest_email == ""


def test_same_key_is_the_same_unit() -> None:
    mug = make_product()
    client, _ = guest_with((mug, 1))
    first = add_product(client, mug, HTTP_IDEMPOTENCY_KEY="one")
    second = add_product(client, mug, HTTP_IDEMPOTENCY_KEY="one")
    assert (second.headers["Idempotent-Replayed"], second.content) == ("true", first.content)
    assert line_of(client)["quantity"] == 2
    reused = add_product(client, mug, 2, HTTP_IDEMPOTENCY_KEY="one")
    assert reused.json()["code"] == "idempotency_key_reused"


def test_first_product_replayed_hands_out_the_same_token() -> None:
    mug, client = make_product(), new_client()
    first = add_product(client, mug, HTTP_IDEMPOTENCY_KEY="first")
    second = add_product(client, mug, HTTP_IDEMPOTENCY_KEY="first")
    assert first.headers["X-Cart-Token"] == second.headers["X-Cart-Token"]
    assert Basket.objects.count() == 1


def test_stale_version_is_refused() -> None:
    mug = make_product()
    client, _ = guest_with((mug, 1))
    url, before = line_of(client)["url"], digest_of_carts()
    stale: dict[str, Any] = {"HTTP_IF_MATCH": '"1"'}
    for answer in (
        client.patch(url, {"quantity": 2}, **stale),
        client.delete(url, **stale),
        client.delete(basket_of(client)["url"], **stale),
        add_product(client, mug, **stale),
    ):
        assert (answer.status_code, answer.json()["code"]) == (412, "stale_version")
    assert digest_of_carts() == before


def test_voucher_refusals_do_not_say_why() -> None:
    make_voucher("SAVE")
    client, _ = guest_with((make_product(), 1))
    refused = client.post("/api/v1/basket/add-voucher/", {"vouchercode": "none"})
    assert (refused.status_code, refused.json()["code"]) == (422, "voucher_invalid")
    assert refused.json()["errors"][0]["pointer"] == "/vouchercode"
    again = [client.post("/api/v1/basket/add-voucher/", {"vouchercode": "SAVE"}) for _ in range(2)]
    assert [answer.status_code for answer in again] == [200, 200]


def test_guesses_of_vouchers_count_together_with_those_at_the_cart(settings: Settings) -> None:
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"voucher": "10/minute"}
    settings.RATE_LIMIT_SCALE = 1
    forget_local_counts()
    cache.clear()
    guest, _ = guest_with()
    statuses = [guest.post("/api/v1/cart/vouchers/", {"code": "GUESS"}).status_code for _ in range(5)]
    statuses += [guest.post("/api/v1/basket/add-voucher/", {"vouchercode": "GUESS"}).status_code for _ in range(6)]
    assert statuses == [422] * 10 + [429]


def test_no_field_of_an_address_is_written_but_the_listed() -> None:
    make_country("US")
    owner, victim = make_user(), make_user()
    client = client_of(owner)
    made = client.post("/api/v1/useraddresses/", ADDRESS_JSON).json()
    writable = {*ADDRESS_JSON, "line2", "line3", "title", "phone_number", "notes"}
    writable |= {"is_default_for_shipping", "is_default_for_billing"}
    before = UserAddress.objects.values().get()
    names = {name for field in UserAddress._meta.get_fields() for name in (field.name, getattr(field, "attname", ""))}
    for name in names - writable - {""}:
        for url in (made["url"], f"/api/v1/me/addresses/{made['id']}/"):
            answer = client.patch(url, {name: victim.pk})
            assert answer.status_code in {200, 400}, name
    assert UserAddress.objects.values().get() == before
    assert client.post("/api/v1/useraddresses/", ADDRESS_JSON | {"user": victim.pk}).status_code == 400
    assert UserAddress.objects.filter(user=victim).count() == 0
