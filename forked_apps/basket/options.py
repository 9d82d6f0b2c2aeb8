"""What a shopper said of a product's options, checked against what may be said. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from forked_apps.partner.queries import OptionRule
from nexus_shop.core.money import ZERO

from .errors import InvalidOption, OptionFacts
from .values import ChosenOption

MAX_TEXT: Final = 500


def check_options(rules: Sequence[OptionRule], given: Mapping[str, Any], *, pointer: str) -> tuple[ChosenOption, ...]:
    """The chosen options, in the product's order. Raises InvalidOption for one that is unknown, missing or unfit."""
    by_code = {rule.code: rule for rule in rules}
    for code in given:
        if code not in by_code:
            raise InvalidOption(OptionFacts(option=code, reason="unknown"), pointer=pointer)
    chosen = []
    for rule in rules:
        value = given.get(rule.code)
        if value in (None, "", []) or (isinstance(value, str) and not value.strip()):
            if rule.is_required:
                raise InvalidOption(OptionFacts(option=rule.code, reason="missing"), pointer=pointer)
            continue
        if not _fits(rule, value):
            raise InvalidOption(OptionFacts(option=rule.code, reason="value"), pointer=pointer)
        value = sorted(value) if isinstance(value, list) else value  # whatever was ticked first, it is one choice
        chosen.append(ChosenOption(rule.id, rule.code, rule.name, value, extra_price(rule.price, rule.choices, value)))
    return tuple(chosen)


def misfit(rules: Sequence[OptionRule], chosen: Sequence[ChosenOption]) -> OptionFacts | None:
    """What of a line's options does not fit its product any more; None where all do."""
    if not rules and not chosen:
        return None
    try:
        check_options(rules, {option.code: option.value for option in chosen}, pointer="")
    except InvalidOption as refusal:
        facts: OptionFacts = refusal.facts
        return facts
    return None


def extra_price(base: Decimal, choices: Mapping[str, Decimal], value: Any) -> Decimal:
    """What an answer adds to the price of a unit: the option's own price, and those of what was chosen. No is free."""
    if value is False:
        return ZERO
    chosen = value if isinstance(value, list) else [value]
    return sum((choices.get(item, ZERO) for item in chosen if isinstance(item, str)), base)


def _is_date(value: Any) -> bool:
    try:
        return (
            isinstance(value, str)
            and bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", value))
            and bool(date.fromisoformat(value))
        )
    except ValueError:
        return False


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15


_CHECKS: Final[dict[str, Callable[[Any], bool]]] = {
    "text": lambda value: isinstance(value, str) and len(value) <= MAX_TEXT,
    "integer": lambda value: _is_number(value) and isinstance(value, int),
    "float": _is_number,
    "boolean": lambda value: isinstance(value, bool),
    "date": _is_date,
}


def _fits(rule: OptionRule, value: Any) -> bool:
    if rule.type in {"select", "radio"}:
        return isinstance(value, str) and value in rule.choices
    if rule.type in {"multi_select", "checkbox"}:
        return (
            isinstance(value, list)
            and all(isinstance(item, str) and item in rule.choices for item in value)
            and len(set(value)) == len(value)
        )
    return _CHECKS[rule.type](value)
