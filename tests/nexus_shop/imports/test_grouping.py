"""Rows of one product, brought together."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexus_shop.imports import grouping
from nexus_shop.imports.grouping import Group, grouped
from nexus_shop.imports.records import Record
from nexus_shop.imports.values import Problem


def groups(*keys: str | Problem) -> list[tuple[str, list[int], bool] | Problem]:
    def read() -> Iterator[Record | Problem]:
        for line, key in enumerate(keys, start=2):
            yield key if isinstance(key, Problem) else Record(line, {"Key": key}, {"Key": "Key"})

    found = grouped(read, "Key")
    return [(g.key, [r.line for r in g.records], g.is_whole) if isinstance(g, Group) else g for g in found]


def test_consecutive_rows_are_one_group() -> None:
    assert groups("a", "a", "b", "c", "c") == [("a", [2, 3], True), ("b", [4], True), ("c", [5, 6], True)]


def test_rows_that_come_again_later_join_the_others_at_the_end() -> None:
    assert groups("b", "a", "b", "c", "a") == [("c", [5], True), ("a", [3, 6], True), ("b", [2, 4], True)]


def test_problems_pass_without_parting_a_group() -> None:
    problem = Problem(3, "", "bad", is_error=True)
    assert groups("a", problem, "a") == [problem, ("a", [2, 4], True)]


def test_row_without_key_is_a_problem() -> None:
    reason = "the cell is empty: it says which product the row belongs to"
    assert groups("", "a") == [Problem(2, "Key", reason, is_error=True), ("a", [3], True)]


def test_group_beyond_the_limit_is_cut_and_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "MAX_ROWS", 2)
    reason = "a product may have 2 rows and 8000000 characters"
    assert groups("a", "a", "a", "b") == [
        Problem(4, "", reason, is_error=True),
        ("a", [2, 3], False),
        ("b", [5], True),
    ]


def test_group_of_too_many_characters_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "MAX_CHARACTERS", 5)
    assert groups("abc", "abc")[-1] == ("abc", [2], False)


def test_scattered_rows_are_sorted_in_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "CHUNK", 2)
    assert groups("b", "a", "b", "a", "b", "é", "a", "é") == [
        ("a", [3, 5, 8], True),
        ("b", [2, 4, 6], True),
        ("é", [7, 9], True),
    ]


def test_keys_that_share_a_mark_are_still_two_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "MARKS", 8)
    found = groups(*"abcdefghijklmnop")
    assert sorted(found, key=str) == [(key, [line], True) for line, key in enumerate("abcdefghijklmnop", start=2)]


@given(st.lists(st.sampled_from("abcd"), max_size=20))
def test_every_row_is_in_exactly_one_group_of_its_key(keys: list[str]) -> None:
    found = [group for group in groups(*keys) if not isinstance(group, Problem)]
    assert len({key for key, _, _ in found}) == len(found)
    assert sorted((line, key) for key, lines, _ in found for line in lines) == list(enumerate(keys, start=2))
