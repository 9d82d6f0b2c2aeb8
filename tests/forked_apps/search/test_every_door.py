"""Whoever changes what, by whatever door: when the worker is through, every document is as a fresh one."""

import os
from random import Random
from typing import Final

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from forked_apps.partner.inventory import PRICES_ARE_THEIR_LAST_CHANGES, STOCK_IS_ITS_MOVEMENTS
from forked_apps.search import operations
from forked_apps.search.derived import derived_amiss
from forked_apps.search.models import DocumentNote, ParkedNote
from forked_apps.search.operations import rebuild_noted, stale_products
from nexus_shop.core.errors import DomainError
from tests.forked_apps.search.doors import DOORS, Pick, make_shop

TIMES: Final = 300 if os.environ.get("NEXUS_SOAK") else 25
EDITS: Final = st.lists(
    st.tuples(st.sampled_from(sorted(DOORS)), st.integers(0, 2**32), st.booleans()), min_size=1, max_size=12
)

pytestmark = pytest.mark.django_db


def settle() -> None:
    while rebuild_noted():
        pass


def edit(name: str, seed: int) -> None:
    """Go through the door; what it, or the database, refuses leaves nothing."""
    before = transaction.savepoint()
    try:
        DOORS[name](Pick(Random(seed)))  # noqa: S311 - the same edits for the same seed
    except (DomainError, DatabaseError, LookupError):
        take_back(before)


def take_back(savepoint: str) -> None:
    """Undo, and forget that Django has seen an error."""
    transaction.set_rollback(False)
    transaction.savepoint_rollback(savepoint)


def broken(query: str) -> list[tuple[int, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


@pytest.fixture
def shop(settings: Settings) -> None:
    """Taxes by address, so that documents depend on the rates too."""
    settings.TAX_BY_ADDRESS, settings.SHOP_COUNTRY = True, "GB"
    make_shop()
    settle()
    assert stale_products() == []


@settings(max_examples=TIMES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=EDITS)
def test_no_document_is_stale_whatever_is_changed(shop: None, edits: list[tuple[str, int, bool]]) -> None:
    before = transaction.savepoint()
    try:
        for name, seed, is_settled in edits:
            edit(name, seed)
            if is_settled:
                settle()
        settle()
        assert (stale_products(), derived_amiss()) == ([], [])
        assert (DocumentNote.objects.count(), ParkedNote.objects.count()) == (0, 0)
        assert broken(PRICES_ARE_THEIR_LAST_CHANGES) == broken(STOCK_IS_ITS_MOVEMENTS) == []
    finally:
        take_back(before)


@pytest.mark.parametrize("name", sorted(DOORS))
def test_every_door_leads_somewhere(shop: None, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: by each door some edit leaves a stale document, until it is rebuilt."""
    for limit in ("OWN_LIMIT", "FAMILY_LIMIT"):
        monkeypatch.setattr(operations, limit, -1)  # operations rebuild nothing themselves
    for seed in range(40):
        before = transaction.savepoint()
        edit(name, seed)
        is_stale = bool(stale_products())
        take_back(before)
        if is_stale:
            return
    pytest.fail(f"no edit by {name} changes a document")
