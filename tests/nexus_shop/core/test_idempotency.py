"""Idempotency keys."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now

from nexus_shop.core.errors import DomainError, KeyInFlight, KeyReused, NotFound
from nexus_shop.core.idempotency import Answer, refuse_reused, run_once
from nexus_shop.core.models import IdempotencyRecord, QueuedTask
from nexus_shop.core.transactions import transaction


@transaction
def write(name: str) -> str:
    QueuedTask.objects.create(name=name)
    return name


@transaction
def write_and_fail(name: str) -> str:
    QueuedTask.objects.create(name=name)
    raise NotFound


def render(result: str | DomainError) -> Answer:
    if isinstance(result, DomainError):
        return Answer(404, result.code.encode())
    return Answer(201, result.encode(), {"Location": f"/{result}"})


def run(name: str, *, key: str = "key", fingerprint: str = "body", scope: str = "anna") -> Answer:
    return run_once(scope, key, fingerprint=fingerprint, operation=lambda: write(name), render=render)


def written() -> list[str]:
    return list(QueuedTask.objects.order_by("id").values_list("name", flat=True))


@pytest.mark.django_db
def test_same_key_answers_the_same_and_acts_once() -> None:
    first = run("one")
    second = run("two")
    assert (first.status, first.body, first.headers, first.is_replay) == (201, b"one", {"Location": "/one"}, False)
    assert (second.status, second.body, second.headers, second.is_replay) == (201, b"one", {"Location": "/one"}, True)
    assert written() == ["one"]


@pytest.mark.django_db
def test_same_key_with_another_body_is_refused() -> None:
    run("one")
    with pytest.raises(KeyReused):
        run("two", fingerprint="other")
    assert written() == ["one"]


@pytest.mark.django_db
def test_key_of_another_body_is_refused_before_anything_is_done() -> None:
    run("one")
    for scope, key, fingerprint in (("anna", "key", "body"), ("anna", "new", "other"), ("bob", "key", "other")):
        refuse_reused(scope, key, fingerprint=fingerprint)
    with pytest.raises(KeyReused):
        refuse_reused("anna", "key", fingerprint="other")
    IdempotencyRecord.objects.update(created_at=Now() - timedelta(hours=25))
    refuse_reused("anna", "key", fingerprint="other")


@pytest.mark.django_db
def test_keys_do_not_cross_scopes() -> None:
    run("one", scope="anna")
    assert run("two", scope="bert").body == b"two"
    assert written() == ["one", "two"]


@pytest.mark.django_db
def test_refusal_is_stored_and_its_writes_are_not() -> None:
    def refuse() -> Answer:
        return run_once("s", "k", fingerprint="f", operation=lambda: write_and_fail("gone"), render=render)

    assert refuse().status == 404
    assert refuse().is_replay
    assert written() == []


@pytest.mark.django_db
def test_server_error_is_not_stored() -> None:
    def busy(_: object) -> Answer:
        return Answer(503, b"busy")

    assert run_once("s", "k", fingerprint="f", operation=lambda: write("one"), render=busy).status == 503
    assert IdempotencyRecord.objects.count() == 0


@pytest.mark.django_db
def test_expired_key_runs_again() -> None:
    run("one")
    IdempotencyRecord.objects.update(created_at=Now() - timedelta(hours=25))
    assert run("two").body == b"two"
    assert written() == ["one", "two"]
    assert run("three").body == b"two"


@pytest.mark.usefixtures("own_database")
def test_crash_leaves_neither_effect_nor_answer() -> None:
    def crash() -> str:
        write("one")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_once("s", "k", fingerprint="f", operation=crash, render=render)
    assert written() == []
    assert IdempotencyRecord.objects.count() == 0


@pytest.mark.usefixtures("own_database")
def test_key_in_flight_is_refused() -> None:
    inside, leave, outcome = threading.Event(), threading.Event(), []

    def slow() -> str:
        inside.set()
        leave.wait(10)
        return write("one")

    def first() -> None:
        try:
            outcome.append(run_once("anna", "key", fingerprint="body", operation=slow, render=render).status)
        finally:
            connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    inside.wait(10)
    with pytest.raises(KeyInFlight):
        run("two")
    leave.set()
    thread.join()
    assert outcome == [201]
    assert written() == ["one"]
