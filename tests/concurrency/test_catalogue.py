"""Staff at work on one tree, one product, one list of SKUs, at the same moment."""

from collections import Counter
from functools import partial
from typing import Any

from forked_apps.catalogue.models import Category, Product
from forked_apps.partner.models import StockMovement, StockRecord
from nexus_shop.api.rest.tokens import log_in
from tests.factories.shop import make_category, make_product, make_user
from tests.servers import Shop, race

ADMIN = "/api/v1/admin/"
WHOLE: tuple[list[Any], ...] = ([], [], [], [], [])


def login() -> dict[str, str]:
    """The header of a member of staff."""
    return {"Authorization": f"Bearer {log_in(make_user(is_staff=True, is_superuser=True))['access']}"}


def test_moves_of_categories_leave_a_whole_tree(shop: Shop) -> None:
    bearer, roots = login(), [make_category(f"Root {number}") for number in range(3)]
    children = [make_category(f"Child {number}", roots[number % 3]) for number in range(9)]
    moves = [
        partial(
            shop.call,
            "PATCH",
            f"{ADMIN}categories/{child.pk}/",
            {"parent": roots[(number + turn) % 3].pk, "position": turn},
            **bearer,
        )
        for turn in range(2)
        for number, child in enumerate(children)
    ]

    answers = race(moves)

    assert {answer.status for answer in answers} == {200}
    assert Category.find_problems() == WHOLE
    assert Category.objects.filter(depth=2).count() == 9


def test_two_categories_do_not_come_to_stand_below_each_other(shop: Shop) -> None:
    bearer, one, other = login(), make_category("One"), make_category("Other")

    answers = race(
        [
            partial(shop.call, "PATCH", f"{ADMIN}categories/{moved.pk}/", {"parent": target.pk}, **bearer)
            for moved, target in ((one, other), (other, one))
        ]
    )

    assert Counter((answer.status, answer.body.get("code")) for answer in answers) == {
        (200, None): 1,
        (422, "category_cycle"): 1,
    }
    assert Category.find_problems() == WHOLE


def test_control_without_lock_the_tree_breaks(unlocked: Shop) -> None:
    bearer, one, other = login(), make_category("One"), make_category("Other")

    answers = race(
        [
            partial(unlocked.call, "PATCH", f"{ADMIN}categories/{moved.pk}/", {"parent": target.pk}, **bearer)
            for moved, target in ((one, other), (other, one))
        ]
    )

    assert Category.find_problems() != WHOLE or {answer.status for answer in answers} != {200, 422}


def test_one_of_many_who_have_read_the_same_version_writes(shop: Shop) -> None:
    bearer, mug = login(), make_product("Mug")
    place = f"{ADMIN}products/{mug.pk}/"
    tag = shop.call("GET", place, **bearer).headers["ETag"]

    answers = race(
        [partial(shop.call, "PATCH", place, {"title": f"Mug {n}"}, If_Match=tag, **bearer) for n in range(8)]
    )

    assert Counter(answer.status for answer in answers) == {200: 1, 412: 7}
    (won,) = (answer.body["title"] for answer in answers if answer.status == 200)
    assert Product.objects.get(pk=mug.pk).title == won


def test_control_without_lock_two_write_over_each_other(unlocked: Shop) -> None:
    bearer, mug = login(), make_product("Mug")
    place = f"{ADMIN}products/{mug.pk}/"
    tag = unlocked.call("GET", place, **bearer).headers["ETag"]

    answers = race(
        [partial(unlocked.call, "PATCH", place, {"title": f"Mug {n}"}, If_Match=tag, **bearer) for n in range(2)]
    )

    assert {answer.status for answer in answers} == {200}


def test_same_rows_sent_by_many_are_written_once(shop: Shop) -> None:
    bearer = login()
    make_product("Mug", sku="MUG", stock=5)
    rows = [
        {"sku": f"S{number}", "title": f"Thing {number}", "price": "1.00", "stock_quantity": 2} for number in range(6)
    ]
    rows.append({"sku": "MUG", "price": "8.00", "stock_quantity": 9})

    answers = race([partial(shop.call, "PUT", f"{ADMIN}products/bulk/", {"products": rows}, **bearer)] * 4)

    assert {answer.status for answer in answers} == {200}
    counted = Counter((row["sku"], row["status"]) for answer in answers for row in answer.body["results"])
    assert {sku: count for (sku, status), count in counted.items() if status == "created"} == dict.fromkeys(
        [row["sku"] for row in rows[:-1]], 1
    )
    assert not any(status == "refused" for _, status in counted)
    assert counted["MUG", "updated"] == 1
    assert Product.objects.count() == StockRecord.objects.count() == 7
    assert StockMovement.objects.filter(stock_record__product__upc="MUG").count() == 2
