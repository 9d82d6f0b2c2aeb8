"""Options of products."""

from decimal import Decimal
from typing import Any

import pytest

from forked_apps.basket.errors import InvalidOption
from forked_apps.basket.models import line_reference
from forked_apps.basket.options import check_options
from forked_apps.partner.queries import OptionRule


def rule(
    kind: str, *, is_required: bool = False, choices: tuple[str, ...] = (), price: str = "0", choice_price: str = "0"
) -> OptionRule:
    costs = {choice: Decimal(choice_price) for choice in choices}
    return OptionRule(1, "opt", "Option", kind, is_required, Decimal(price), costs)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", "Anna"),
        ("integer", 5),
        ("float", 1.5),
        ("float", 2),
        ("boolean", False),
        ("date", "2026-12-24"),
        ("select", "red"),
        ("radio", "blue"),
        ("multi_select", ["blue", "red"]),
        ("checkbox", ["red"]),
    ],
)
def test_value_that_fits(kind: str, value: Any) -> None:
    (chosen,) = check_options([rule(kind, choices=("red", "blue"))], {"opt": value}, pointer="/options")
    assert chosen.as_json() == {"option": "opt", "name": "Option", "value": value}


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", 5),
        ("text", "x" * 501),
        ("integer", "5"),
        ("integer", 1.5),
        ("integer", True),
        ("float", "1.5"),
        ("float", 1e16),
        ("boolean", "yes"),
        ("date", "24.12.2026"),
        ("date", "2026-13-01"),
        ("date", "20261224"),
        ("select", "green"),
        ("select", ["red"]),
        ("multi_select", "red"),
        ("multi_select", ["red", "red"]),
        ("checkbox", ["green"]),
        ("checkbox", [1]),
    ],
)
def test_value_that_does_not_fit(kind: str, value: Any) -> None:
    with pytest.raises(InvalidOption) as refusal:
        check_options([rule(kind, choices=("red", "blue"))], {"opt": value}, pointer="/options")
    assert refusal.value.details() == {"option": "opt", "reason": "value"}


def test_option_that_is_missing_or_unknown() -> None:
    with pytest.raises(InvalidOption) as missing:
        check_options([rule("text", is_required=True)], {"opt": ""}, pointer="/options")
    assert missing.value.details()["reason"] == "missing"
    with pytest.raises(InvalidOption) as unknown:
        check_options([], {"opt": "x"}, pointer="/options")
    assert unknown.value.details()["reason"] == "unknown"
    assert check_options([rule("text")], {}, pointer="/options") == ()


def test_line_references_tell_options_apart() -> None:
    assert line_reference(1, 2, []) == "1_2"
    one = line_reference(1, 2, [("a", "x"), ("b", 1)])
    assert one == line_reference(1, 2, [("b", 1), ("a", "x")])
    assert one != line_reference(1, 2, [("a", "x"), ("b", "1")])
    assert len(one) < 128


@pytest.mark.parametrize(
    ("kind", "value", "extra"),
    [
        ("text", "Anna", "5.00"),
        ("boolean", True, "5.00"),
        ("boolean", False, "0"),
        ("select", "red", "7.00"),
        ("multi_select", ["red", "blue"], "9.00"),
    ],
)
def test_price_of_an_answer(kind: str, value: Any, extra: str) -> None:
    asked = rule(kind, choices=("red", "blue"), price="5.00", choice_price="2.00")
    (chosen,) = check_options([asked], {"opt": value}, pointer="")
    assert chosen.price == Decimal(extra)


def test_option_that_nobody_makes_use_of_costs_nothing() -> None:
    assert check_options([rule("text", price="5.00")], {"opt": ""}, pointer="") == ()


def test_order_of_a_choice_of_several_makes_no_difference() -> None:
    options = [rule("multi_select", choices=("Red", "Gold"))]
    one, other = (check_options(options, {"opt": value}, pointer="") for value in (["Red", "Gold"], ["Gold", "Red"]))
    assert one == other


def test_text_of_blanks_is_none() -> None:
    assert check_options([rule("text", price="5.00")], {"opt": "  "}, pointer="") == ()
    with pytest.raises(InvalidOption) as refused:
        check_options([rule("text", is_required=True)], {"opt": "  "}, pointer="")
    assert refused.value.facts.reason == "missing"
