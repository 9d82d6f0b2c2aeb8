"""Who owns a transaction."""

import pytest
from django.db import connection
from django.db import transaction as django_transaction

from nexus_shop.core import transactions
from nexus_shop.core.models import QueuedTask
from nexus_shop.core.transactions import owning, register_before_commit, transaction, transaction_required


@transaction
def write(name: str, *, fails: bool = False) -> str:
    QueuedTask.objects.create(name=name)
    if fails:
        raise LookupError
    return name


@transaction
def write_within() -> None:
    write("inner")


@transaction_required
def inner() -> bool:
    return connection.in_atomic_block


def names() -> list[str]:
    return list(QueuedTask.objects.order_by("id").values_list("name", flat=True))


@pytest.mark.usefixtures("own_database")
def test_transaction_commits_what_succeeds_and_nothing_else() -> None:
    assert write("kept") == "kept"
    with pytest.raises(LookupError):
        write("lost", fails=True)
    assert names() == ["kept"]


@pytest.mark.usefixtures("own_database")
def test_transaction_inside_another_is_refused() -> None:
    with pytest.raises(RuntimeError), django_transaction.atomic():
        write("nested")
    with pytest.raises(RuntimeError):
        write_within()
    assert names() == []


@pytest.mark.usefixtures("own_database")
def test_transaction_joins_its_owner() -> None:
    with owning():
        write("first")
        write("second")
    assert names() == ["first", "second"]
    with pytest.raises(LookupError), owning():
        write("third")
        raise LookupError
    assert names() == ["first", "second"]


@pytest.mark.usefixtures("own_database")
def test_transaction_nested_in_a_joined_one_is_refused() -> None:
    with pytest.raises(RuntimeError), owning():
        write_within()
    assert names() == []


@pytest.mark.usefixtures("own_database")
def test_transaction_required_without_one() -> None:
    with pytest.raises(RuntimeError, match="inner"):
        inner()
    with django_transaction.atomic():
        assert inner()


@pytest.mark.usefixtures("own_database")
def test_before_commit_step_runs_inside_the_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transactions, "_steps", {})
    seen: list[tuple[bool, list[str]]] = []
    register_before_commit("look", lambda: seen.append((connection.in_atomic_block, names())))

    @transaction(before_commit="look")
    def look_and_write() -> None:
        write_row()

    def write_row() -> None:
        QueuedTask.objects.create(name="row")

    look_and_write()
    assert seen == [(True, ["row"])]
