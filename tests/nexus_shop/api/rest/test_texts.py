"""Texts that staff write: what is taken, and what the documentation says is taken."""

import re
from typing import Any

import pytest
from rest_framework.exceptions import ValidationError

from nexus_shop.api.rest.serializers.texts import Words

TAKEN = [
    "a",
    "Tea & Co",
    "a < b",
    "5 <",
    "<3",
    "<",
    "\u05e9\u05dc\u05d5\u05dd",
    "\u200fa",
    "a\u200db",
    "\U0001f375",
    " a ",
    "\na",
]
REFUSED = [
    "<b>",
    "a</b",
    "a\u0007b",
    "\x7f",
    "a\u0001",
    "\u200b",
    "\u202e",
    "\ufeff",
    "\u00ad \u2060",
    "\u3164",
    "\u2800",
    " \u200b ",
]


def is_taken(field: Any, text: str) -> bool:
    try:
        field.run_validation(text)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("text", TAKEN)
def test_words_that_can_be_shown_are_taken_as_documented(text: str) -> None:
    for field in (Words(), Words(allow_blank=True), Words(lines=True), Words(lines=True, allow_blank=True)):
        assert is_taken(field, text)
        assert re.search(field.pattern, text)


@pytest.mark.parametrize("text", REFUSED)
def test_words_that_cannot_be_shown_are_refused_as_documented(text: str) -> None:
    for field in (Words(), Words(allow_blank=True), Words(lines=True), Words(lines=True, allow_blank=True)):
        assert not is_taken(field, text)
        assert not re.search(field.pattern, text)


def test_lines_and_empty_texts_are_taken_where_they_may_be() -> None:
    for field, text, answer in (
        (Words(), "a\nb", False),
        (Words(lines=True), "a\nb", True),
        (Words(lines=True), "a\r\n\tb", True),
        (Words(), "", False),
        (Words(), " ", False),
        (Words(allow_blank=True), "  ", True),
    ):
        assert (is_taken(field, text), bool(re.search(field.pattern, text))) == (answer, answer)
    assert is_taken(Words(allow_blank=True), "")  # the documentation names it apart
    assert not re.search(Words(allow_blank=True).pattern, "")
