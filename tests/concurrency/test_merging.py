"""C2 and C5 in part: carts joined while they are written, and vouchers that guests may use once."""

import os
from collections import Counter
from functools import partial
from typing import Any

from forked_apps.basket.models import Basket
from forked_apps.catalogue.models import Product
from forked_apps.voucher.models import Voucher, VoucherApplication
from nexus_shop.api.rest.tokens import log_in
from tests.concurrency.shoppers import broken_rules, cart_with, scalar
from tests.factories.shop import ADDRESS_JSON, make_product, make_user, make_voucher
from tests.servers import Answer, Shop, race

ADDS = 80 if os.environ.get("NEXUS_SOAK") else 20
PAIRS = 20 if os.environ.get("NEXUS_SOAK") else 5
ITEMS = "/api/v1/cart/items/"


def bearer() -> dict[str, str]:
    """The header of a new login."""
    return {"Authorization": f"Bearer {log_in(make_user())['access']}"}


def units_of(product: Product) -> int:
    """Units of the product in all open carts."""
    query = "SELECT COALESCE(sum(quantity), 0) FROM basket_line l JOIN basket_basket b ON b.id = l.basket_id"
    return int(scalar(f"{query} WHERE b.status = 'Open' AND l.product_id = %s", product.pk))


def deadlocks() -> Any:
    """Deadlocks of this database so far."""
    return scalar("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")


def merge(shop: Shop, token: str, login: dict[str, str], strategy: str = "sum") -> Answer:
    return shop.call("POST", "/api/v1/cart/merge/", {"token": token, "strategy": strategy}, **login)


def test_merging_during_adds_loses_and_doubles_nothing(shop: Shop) -> None:
    mug, login, before = make_product(stock=100_000), bearer(), deadlocks()
    token, _ = cart_with(shop, {"product_id": mug.pk})
    add = {"product_id": mug.pk}
    as_guest = partial(shop.call, "POST", ITEMS, add, X_Cart_Token=token)
    as_login = partial(shop.call, "POST", ITEMS, add, **login)
    merging = partial(merge, shop, token, login)

    answers = race([*[as_guest, as_login] * ADDS, *[merging] * 5])

    assert {answer.status for answer in answers} <= {200, 201}
    assert units_of(mug) == 1 + 2 * ADDS
    assert shop.call("GET", "/api/v1/cart/", X_Cart_Token=token).body["items"] == []
    assert deadlocks() == before


def test_many_merges_of_one_cart_are_one(shop: Shop) -> None:
    mug, login = make_product(stock=1000), bearer()
    token, _ = cart_with(shop, {"product_id": mug.pk, "quantity": 3})

    answers = race([partial(merge, shop, token, login)] * 8)

    assert Counter(answer.status for answer in answers) == {201: 1, 200: 7}
    assert len({answer.body["id"] for answer in answers}) == 1
    assert units_of(mug) == 3
    assert Basket.objects.filter(status="Open").count() == 1


def test_two_logins_that_merge_the_same_cart_share_nothing(shop: Shop) -> None:
    mug, logins = make_product(stock=1000), [bearer(), bearer()]
    for login in logins:
        assert shop.call("POST", ITEMS, {"product_id": mug.pk}, **login).status == 201
    token, _ = cart_with(shop, {"product_id": mug.pk, "quantity": 3})

    answers = race([partial(merge, shop, token, login) for login in logins * 4])

    assert {answer.status for answer in answers} == {200}
    assert sorted(answer.body["items"][0]["quantity"] for answer in answers) == [1] * 4 + [4] * 4
    assert units_of(mug) == 5


def test_merging_and_checking_out_both_carts(shop: Shop) -> None:
    """Each unit is ordered once, or stays in a cart; nobody waits for ever."""
    before = deadlocks()
    for _ in range(PAIRS):
        mug, login = make_product(stock=1000), bearer()
        assert shop.call("POST", ITEMS, {"product_id": mug.pk}, **login).status == 201
        token, guests = cart_with(shop, {"product_id": mug.pk, "quantity": 2})
        logins = shop.call("GET", "/api/v1/cart/", **login).body
        order = {"email": "guest@example.com", "shipping_address": ADDRESS_JSON}
        guest_order = order | {"expected_total": guests["totals"]["total"]}
        login_order = order | {"expected_total": logins["totals"]["total"]}

        answers: list[Answer] = race(
            [
                partial(merge, shop, token, login),
                partial(shop.call, "POST", "/api/v1/checkout/", guest_order, X_Cart_Token=token),
                partial(shop.call, "POST", "/api/v1/checkout/", login_order, **login),
                partial(merge, shop, token, login),
            ]
        )

        assert {answer.status for answer in answers} <= {200, 201, 409}
        ordered = scalar("SELECT COALESCE(sum(quantity), 0) FROM order_line WHERE product_id = %s", mug.pk)
        assert ordered + units_of(mug) == 3
        assert broken_rules() == {}
    assert deadlocks() == before


def test_control_without_locks_a_cart_is_merged_twice(unlocked: Shop) -> None:
    mug, login = make_product(stock=1000), bearer()
    assert unlocked.call("POST", "/api/v1/cart/", **login).status == 201
    token, _ = cart_with(unlocked, {"product_id": mug.pk, "quantity": 3})

    answers = race([partial(merge, unlocked, token, login)] * 2)

    assert {answer.status for answer in answers} == {200}
    assert units_of(mug) > 3


def rivals_with_one_address(shop: Shop, count: int) -> Counter[tuple[int, str]]:
    """So many carts checked out at once by one guest who writes the address in several ways."""
    mug = make_product(price="10.00", stock=1000)
    voucher = make_voucher("ONCE", usage=Voucher.ONCE_PER_CUSTOMER)
    carts = [cart_with(shop, {"product_id": mug.pk})[0] for _ in range(count)]
    spellings = ("ann@example.com", "Ann@Example.com", "ANN@EXAMPLE.COM")

    def check_out(place: int, token: str) -> Answer:
        body = {
            "email": spellings[place % 3],
            "shipping_address": ADDRESS_JSON,
            "expected_total": {"amount": "9.95", "currency": "GBP"},
            "vouchers": ["once"],
        }
        return shop.call("POST", "/api/v1/checkout/", body, X_Cart_Token=token)

    answers = race([partial(check_out, place, token) for place, token in enumerate(carts)])
    assert VoucherApplication.objects.filter(voucher=voucher).count() == sum(a.status == 201 for a in answers)
    return Counter((answer.status, answer.body.get("code", "")) for answer in answers)


def test_guest_uses_a_voucher_once_however_many_carts_he_has(shop: Shop) -> None:
    count = 40 if os.environ.get("NEXUS_SOAK") else 10
    assert rivals_with_one_address(shop, count) == {(201, ""): 1, (422, "voucher_invalid"): count - 1}


def test_control_without_lock_a_guest_uses_a_voucher_twice(unlocked: Shop) -> None:
    assert rivals_with_one_address(unlocked, 2)[201, ""] > 1
