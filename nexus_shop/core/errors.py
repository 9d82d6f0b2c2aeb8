"""Errors of the domain: one class per broken rule, with a stable code and facts. Programmer mistakes are not here."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, is_dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class DomainError(Exception):
    """A rule of the shop was broken; nothing was written.

    `code` is stable and snake_case, `message` is for people, `facts` (a frozen dataclass or None) is for programs.
    `pointer` is the JSON pointer of the offending part of the body, where one part is to blame; `parameter` is set by
    whoever knows that a parameter of the query is.
    """

    code: ClassVar[str]
    message: ClassVar["StrOrPromise"]

    def __init__(self, facts: Any = None, *, pointer: str | None = None) -> None:
        super().__init__(self.code)
        self.facts = facts
        self.pointer = pointer
        self.parameter: str | None = None

    def details(self) -> Mapping[str, Any]:
        """The facts as a mapping, empty without any."""
        if self.facts is None:
            return {}
        if not is_dataclass(self.facts) or isinstance(self.facts, type):
            raise TypeError(f"facts of {self.code} are not a dataclass")
        return asdict(self.facts)


@contextmanager
def pointing(words: Mapping[str, str]) -> Iterator[None]:
    """Let what is refused inside point at the caller's word for a thing: pointer of the operation -> the caller's."""
    try:
        yield
    except DomainError as broken:
        broken.pointer = words.get(broken.pointer or "", broken.pointer)
        raise


class NotFound(DomainError):
    """The thing does not exist, or is not the caller's to see: the two are not told apart."""

    code = "not_found"
    message = _("There is no such thing, or it is not yours to see.")


class PermissionMissing(DomainError):
    """The caller may see the thing but not do this to it."""

    code = "permission_denied"
    message = _("You do not have permission to do this.")


class StaleVersion(DomainError):
    """The thing has changed since the caller read it (If-Match)."""

    code = "stale_version"
    message = _("This has changed since you read it.")


class DeletedMeanwhile(DomainError):
    """Something that was to be referred to has been deleted by somebody else between the look and the write."""

    code = "deleted_meanwhile"
    message = _("Something that this refers to has just been deleted.")


class UnfitValue(DomainError):
    """The database refused a value: the net under what is checked before."""

    code = "invalid_request"
    message = _("A value does not fit the shop's tables.")


class RowNotReached(DomainError):
    """Time was up before the row came to be written."""

    code = "row_not_reached"
    message = _("There was no time left for this row: send it again.")


@dataclass(frozen=True, slots=True)
class Room:
    """How many a list takes."""

    limit: int


class ListFull(DomainError):
    """A list that is always read whole takes no more."""

    code = "list_full"
    message = _("There are too many already.")


class KeyInFlight(DomainError):
    """Another request with this Idempotency-Key is still running."""

    code = "idempotency_key_in_flight"
    message = _("A request with this Idempotency-Key is still being processed.")


class KeyReused(DomainError):
    """The Idempotency-Key came before with another request."""

    code = "idempotency_key_reused"
    message = _("This Idempotency-Key was used with another request body.")


def all_subclasses(root: type[DomainError] = DomainError) -> set[type[DomainError]]:
    """Every domain error that is defined; the table of HTTP statuses is compared with it."""
    found = set(root.__subclasses__())
    return found.union(*(all_subclasses(child) for child in found))


class NameTaken(DomainError):
    """Another thing of the kind has the name: people could not tell them apart."""

    code = "name_taken"
    message = _("Another one has this name already.")


class CodeTaken(DomainError):
    """Another thing of the kind has the code."""

    code = "code_taken"
    message = _("Another one has this code already.")
