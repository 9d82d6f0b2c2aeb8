"""Cursors of what belongs to somebody tell nothing."""

import base64
from datetime import UTC, datetime

import pytest

from nexus_shop.api.rest.cursors import cursor_of, cursor_place, cursor_text, sealed, unsealed
from nexus_shop.api.rest.errors import ApiError

MOMENT = datetime(2026, 11, 23, 12, 30, 0, 123456, tzinfo=UTC)


def test_place_comes_back_and_cannot_be_read() -> None:
    cursor = cursor_text(MOMENT, 2, 132)
    assert cursor_place(cursor, ids=2) == (MOMENT, 2, 132)
    plain = base64.urlsafe_b64decode(cursor)
    assert b"132" not in plain
    assert b"2026" not in plain


def test_length_tells_nothing_of_an_id_and_the_same_place_has_the_same_text() -> None:
    assert len(cursor_text(MOMENT, 1)) == len(cursor_text(MOMENT, 1_000_000_000))
    assert sealed("a", "b") == sealed("a", "b")
    assert unsealed(sealed("a", "b")) == ["a", "b"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "MQ==",
        cursor_of(MOMENT.isoformat(), 1),
        cursor_text(MOMENT, 1)[:-8] + "AAAAAA==",
        "é" * 20,
    ],
)
def test_text_that_the_shop_has_not_sealed_is_refused(text: str) -> None:
    with pytest.raises(ApiError):
        cursor_place(text, ids=1)


@pytest.mark.parametrize("words", [(MOMENT.isoformat(),), (MOMENT.isoformat(), -1), ("2026-11-23", 1), ("x", 1)])
def test_place_of_another_list_is_refused(words: tuple[object, ...]) -> None:
    with pytest.raises(ApiError):
        cursor_place(sealed(*words), ids=1)
