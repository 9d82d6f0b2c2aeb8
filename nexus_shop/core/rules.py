"""Rules that all carts are priced by (offers, shipping, taxes): read once by a process, and again when they change.

One row holds a token. Triggers on the rules' tables put another one there in the same transaction, whoever writes. A
reader gets the token with the rows that it reads anyway, and keeps what it has loaded only while the token is the same:
no process ever prices by rules that another has changed. The token is random: a number would come again after a
roll-back.
"""

from collections.abc import Callable
from typing import Final, Generic, TypeVar

from django.db import connection

T = TypeVar("T")

#: The token of now, as an expression for any statement.
CURRENT: Final = "(SELECT token::text FROM core_rulestoken)"


def rules_token() -> str:
    """The token of now, for those who have no statement at hand to read it with."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {CURRENT}")
        return str(cursor.fetchone()[0])


class Rules(Generic[T]):
    """What `load` has made of the rules' rows, for all threads; it must not be changed."""

    def __init__(self, load: Callable[[], T]) -> None:
        self._load = load
        self._kept: tuple[str, T] | None = None

    def at(self, token: str) -> T:
        """The rules of the token. Rows newer than it are harmless: their token is another, and they are read again."""
        kept = self._kept
        if kept is None or kept[0] != token:
            kept = (token, self._load())
            self._kept = kept
        return kept[1]


def watch(table: str, *, ignoring: tuple[str, ...] = ()) -> tuple[str, str]:
    """SQL for a migration, and its reverse: let every change of the table's rows put a new token there.

    Changes of the columns `ignoring` (counters) alone do not count.
    """
    trigger = f"CREATE TRIGGER rules_{{}} AFTER {{}} ON {table} FOR EACH {{}} EXECUTE FUNCTION nexus_rules_changed();"
    kept = f" - '{{{{{','.join(ignoring)}}}}}'::text[]"
    differs = f"ROW WHEN (to_jsonb(OLD){kept} IS DISTINCT FROM to_jsonb(NEW){kept})".format()
    made = (
        [trigger.format("changed", "INSERT OR DELETE", "STATEMENT"), trigger.format("updated", "UPDATE", differs)]
        if ignoring
        else [trigger.format("changed", "INSERT OR UPDATE OR DELETE", "STATEMENT")]
    )
    gone = f"DROP TRIGGER rules_changed ON {table}; DROP TRIGGER IF EXISTS rules_updated ON {table};"
    return " ".join(made), gone
