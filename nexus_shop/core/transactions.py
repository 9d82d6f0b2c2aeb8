"""Who owns a transaction: the outermost operation, or the idempotent request around it. Nobody else."""

import functools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import ParamSpec, TypeVar, overload

import psycopg
from django.db import IntegrityError, connection
from django.db import transaction as django_transaction

P = ParamSpec("P")
R = TypeVar("R")

_steps: dict[str, Callable[[], None]] = {}


class _Owner:
    """The durable transaction of an idempotent request, which one operation at a time may join."""

    def __init__(self) -> None:
        self.is_joined = False


_owner: ContextVar[_Owner | None] = ContextVar("transaction_owner", default=None)


def violated(clash: IntegrityError) -> str:
    """The name of the constraint that the database has refused a row by; empty where it names none."""
    cause = clash.__cause__
    return (cause.diag.constraint_name or "") if isinstance(cause, psycopg.Error) else ""


def refers_to_nothing(clash: IntegrityError) -> bool:
    """Whether the row that it refers to is gone: what a commit finds where somebody else has deleted it."""
    return isinstance(clash.__cause__, psycopg.errors.ForeignKeyViolation)


@contextmanager
def refusing(refusals: Mapping[str, Exception]) -> Iterator[None]:
    """Write in a savepoint; where a constraint stands against it, raise what `refusals` has for the begin of its name.

    Inside a transaction. What any other constraint raises passes.
    """
    try:
        with django_transaction.atomic():
            yield
    except IntegrityError as clash:
        name = violated(clash)
        for beginning, refusal in refusals.items():
            if name.startswith(beginning):
                raise refusal from None
        raise


def register_before_commit(name: str, step: Callable[[], None]) -> None:
    """Let `@transaction(before_commit=name)` run `step` inside the transaction, after the operation."""
    _steps[name] = step


@overload
def transaction(operation: Callable[P, R], /) -> Callable[P, R]: ...
@overload
def transaction(*, before_commit: str) -> Callable[[Callable[P, R]], Callable[P, R]]: ...
def transaction(
    operation: Callable[P, R] | None = None, /, *, before_commit: str | None = None
) -> Callable[P, R] | Callable[[Callable[P, R]], Callable[P, R]]:
    """Give the operation its own durable transaction, or let it join that of `owning()`.

    Raises RuntimeError inside any other transaction: whether it commits would not be the operation's to say.
    """

    def decorate(inner: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(inner)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            with _boundary():
                result = inner(*args, **kwargs)
                if before_commit is not None:
                    _steps[before_commit]()
                return result

        return run

    return decorate if operation is None else decorate(operation)


def transaction_required(operation: Callable[P, R]) -> Callable[P, R]:
    """Mark an inner operation: its caller owns the transaction. Raises RuntimeError where there is none."""

    @functools.wraps(operation)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        require_transaction(operation.__qualname__)
        return operation(*args, **kwargs)

    return run


def require_transaction(what: str) -> None:
    """Raise RuntimeError outside a transaction."""
    if not connection.in_atomic_block:
        raise RuntimeError(f"{what} writes inside the transaction of its caller; there is none")


@contextmanager
def owning() -> Iterator[None]:
    """Open a durable transaction that an `@transaction` operation may join (`core.idempotency` uses it)."""
    with django_transaction.atomic(durable=True):
        token = _owner.set(_Owner())
        try:
            yield
        finally:
            _owner.reset(token)


@contextmanager
def _boundary() -> Iterator[None]:
    owner = _owner.get()
    if owner is None:
        with django_transaction.atomic(durable=True):
            yield
        return
    if owner.is_joined:
        raise RuntimeError("An operation with a transaction of its own was called inside another one")
    owner.is_joined = True
    try:
        yield
    finally:
        owner.is_joined = False
