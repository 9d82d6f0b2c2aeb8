"""The lifecycle of an order, as values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forked_apps.order.lifecycle import PIPELINE, STATUSES, movable, move, status_of, status_of_order

units = st.dictionaries(st.sampled_from(STATUSES), st.integers(1, 9), min_size=1)


def test_pipeline_speaks_only_of_known_statuses() -> None:
    assert {after for following in PIPELINE.values() for after in following} <= set(PIPELINE)


@pytest.mark.parametrize(
    ("before", "status", "quantity", "after", "left"),
    [
        ({"pending": 3}, "processing", 3, {"processing": 3}, {"pending": 3}),
        ({"pending": 3}, "cancelled", 1, {"pending": 2, "cancelled": 1}, {"pending": 1}),
        (
            {"pending": 2, "processing": 1},
            "cancelled",
            2,
            {"pending": 1, "cancelled": 2},
            {"processing": 1, "pending": 1},
        ),
        ({"shipped": 2, "delivered": 1}, "returned", 1, {"shipped": 2, "returned": 1}, {"delivered": 1}),
    ],
)
def test_move(before: dict[str, int], status: str, quantity: int, after: dict[str, int], left: dict[str, int]) -> None:
    assert move(before, status, quantity) == (after, left)


@pytest.mark.parametrize(
    ("before", "status", "quantity"),
    [({"pending": 1}, "shipped", 1), ({"pending": 1}, "processing", 2), ({"pending": 1}, "processing", 0)],
)
def test_move_that_may_not_be(before: dict[str, int], status: str, quantity: int) -> None:
    with pytest.raises(ValueError, match="cannot move"):
        move(before, status, quantity)


@given(units, st.sampled_from(STATUSES), st.data())
def test_move_loses_no_unit(before: dict[str, int], status: str, data: st.DataObject) -> None:
    possible = sum(movable(before, status).values())
    if not possible:
        return
    quantity = data.draw(st.integers(1, possible))
    after, left = move(before, status, quantity)
    assert sum(after.values()) == sum(before.values())
    assert sum(left.values()) == quantity
    assert all(count > 0 for count in after.values())
    assert all(status in PIPELINE[now] for now in left)


@pytest.mark.parametrize(
    ("units", "status"),
    [
        ({"pending": 1, "shipped": 5}, "pending"),
        ({"shipped": 1, "delivered": 1}, "shipped"),
        ({"cancelled": 2, "delivered": 1}, "delivered"),
        ({"cancelled": 2}, "cancelled"),
        ({"cancelled": 2, "returned": 1}, "returned"),
        ({"refunded": 1}, "refunded"),
        ({}, "pending"),
    ],
)
def test_status_is_the_least_advanced_that_is_still_to_come(units: dict[str, int], status: str) -> None:
    assert status_of(units) == status


def test_status_of_an_order_is_that_of_all_its_units() -> None:
    assert status_of_order([{"shipped": 1}, {"processing": 1}]) == "processing"
    assert status_of_order([{"cancelled": 1}, {"delivered": 1}]) == "delivered"
