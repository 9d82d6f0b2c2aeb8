"""The two views of a kind of thing that staff keep: a list by cursor that is added to, and one thing of it."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Final, TypeVar

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema, extend_schema_view

from nexus_shop.api.rest.base import View, answer
from nexus_shop.api.rest.cursors import cursor_of, next_page, refused, words_of
from nexus_shop.api.rest.schema import problems
from nexus_shop.api.rest.serializers.kept import KeptParameters, page_of
from nexus_shop.core.errors import NotFound
from nexus_shop.core.idempotency import Answer

V = TypeVar("V", bound=type[View])

READ: Final = problems(400, 401, 403, 404, 429)
CREATE: Final = problems(400, 401, 403, 404, 409, 413, 415, 422, 429)
CHANGE: Final = problems(400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 429)
DELETE: Final = problems(400, 401, 403, 404, 409, 412, 422, 428, 429)
NO_CONTENT: Final = Answer(204, b"", {})


def number_of(text: str) -> int:
    """The id in a path. Raises NotFound."""
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise NotFound
    return int(text)


def place_after(query: dict[str, Any]) -> int:
    """The id behind which a page begins. Raises ApiError."""
    if "cursor" not in query:
        return 0
    words = words_of(query["cursor"])
    if len(words) != 1 or not (words[0].isascii() and words[0].isdigit()) or len(words[0]) > 18:
        raise refused()
    return int(words[0])


@dataclass(frozen=True, slots=True)
class Keeping:
    """What is done with a kind of thing, and the address of its list.

    What `one` (an id) and `many` (`after`, `limit` and what the list's query has) answer has `id` and `version`.
    `create` takes values, `change` an id with `changes` and `version`, `delete` an id with `version`.
    """

    place: str
    one: Callable[..., Any]
    many: Callable[..., Sequence[Any]]
    create: Callable[..., Any]
    change: Callable[..., Any]
    delete: Callable[..., None]


class Kept(View):
    """A kind of thing that staff keep; its version is its ETag."""

    kept: ClassVar[Keeping]
    #: The address of the list.
    place: ClassVar[str] = ""

    def read(self, pk: Any) -> Any:
        """The thing. Raises NotFound."""
        return self.kept.one(pk)

    def body(self, stored: Any) -> dict[str, Any]:
        """The thing in the API's shape."""
        return {**asdict(stored), "version": stored.version}

    def bodies(self, rows: Sequence[Any]) -> list[dict[str, Any]]:
        """Things in the API's shape."""
        return [self.body(row) for row in rows]

    def version_of(self, stored: Any) -> str:
        """The version of a thing."""
        version: str = stored.version
        return version

    def one(self, pk: Any, *, status: int = 200) -> Answer:
        """An answer with the thing as it is now."""
        stored = self.read(pk)
        headers = {"ETag": f'"{self.version_of(stored)}"'}
        if status == 201:
            headers["Location"] = f"{self.place or self.kept.place}{pk}/"
        return answer(self.bodies([stored])[0], status=status, headers=headers)


class KeptList(Kept):
    """A list of things."""

    new_class: ClassVar[Any]
    parameters_class: ClassVar[Any] = KeptParameters

    def found(self, query: dict[str, Any], *, after: int, limit: int) -> Sequence[Any]:
        """The things that fit, in the order of their ids, from behind `after`."""
        wanted = {name: value for name, value in query.items() if name not in {"cursor", "page_size"}}
        return self.kept.many(**wanted, after=after, limit=limit)

    def create(self, data: dict[str, Any]) -> Any:
        """Make one; returns its id."""
        return self.kept.create(data)

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """In the order of the ids, by cursor."""
        query = self.parameters(self.parameters_class)
        size = query["page_size"]
        rows = self.found(query, after=place_after(query), limit=size + 1)
        following, headers = next_page(request, cursor_of(rows[size - 1].id) if len(rows) > size else None)
        results = self.bodies(rows[:size])
        return self.private({"results": results, "next": following, "previous": None, "count": None}, headers=headers)

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answers the thing, with its address in `Location`."""
        data = self.parsed(self.new_class)
        return self.write(lambda: self.create(data), lambda pk: self.one(pk, status=201))


class KeptDetail(Kept):
    """One thing."""

    has_version = True
    is_kept_by_staff = True
    #: What a PUT takes (the whole), and a PATCH (what it names).
    whole_class: ClassVar[Any]
    changes_class: ClassVar[Any]

    def key_of(self, key: str) -> Any:
        """What `read` wants, of what stands in the path. Raises NotFound."""
        return number_of(key)

    def change(self, pk: Any, changes: dict[str, Any], version: str | None) -> None:
        """Change the thing."""
        self.kept.change(pk, changes=changes, version=version)

    def remove(self, pk: Any, version: str | None) -> None:
        """Delete the thing."""
        self.kept.delete(pk, version=version)

    def get(self, request: Any, key: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """With its version in `ETag`."""
        stored = self.read(self.key_of(key))
        return self.private(self.bodies([stored])[0], headers={"ETag": f'"{self.version_of(stored)}"'})

    def put(self, request: Any, key: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Every field is as the body says; what it leaves out is empty. What was read can be sent back."""
        return self._change(key, self.parsed(self.whole_class))

    def patch(self, request: Any, key: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """What the body leaves out stays; lists are replaced whole."""
        return self._change(key, self.parsed(self.changes_class))

    def delete(self, request: Any, key: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """What is still in use is not deleted: 409 with what uses it."""
        pk, version = self.key_of(key), self.tag()
        return self.write(lambda: self.remove(pk, version), lambda _: NO_CONTENT)

    def _change(self, key: str, changes: dict[str, Any]) -> HttpResponse:
        pk, version = self.key_of(key), self.tag()
        return self.write(lambda: self.change(pk, changes, version), lambda _: self.one(pk))


def kept_list(noun: str, nouns: str, *, shape: Any, new: Any, parameters: Any = KeptParameters) -> Callable[[V], V]:
    """Describe the list: `noun` and `nouns` as in `StockRecord`, `StockRecords`."""

    def decorate(view: V) -> V:
        view.new_class, view.parameters_class = new, parameters  # type: ignore[attr-defined]
        view.query_parameters = frozenset(parameters().fields)
        described: V = extend_schema_view(
            get=extend_schema(
                operation_id=f"listAdmin{nouns}",
                summary=f"List {_words(nouns)} for staff",
                parameters=[parameters],
                responses={200: page_of(shape), **READ},
            ),
            post=extend_schema(
                operation_id=f"createAdmin{noun}",
                summary=f"Add to the {_words(nouns)}",
                request=new,
                responses={201: shape, **CREATE},
            ),
        )(view)
        return described

    return decorate


def kept_detail(
    noun: str, *, shape: Any, whole: Any, changes: Any, removal: Sequence[Any] = (), removal_problems: Any = DELETE
) -> Callable[[V], V]:
    """Describe one thing; `removal` are query parameters of its DELETE."""

    def decorate(view: V) -> V:
        view.whole_class, view.changes_class = whole, changes  # type: ignore[attr-defined]
        view.delete_parameters = frozenset(name for parameters in removal for name in parameters().fields)
        one = _words(noun)
        described: V = extend_schema_view(
            get=extend_schema(
                operation_id=f"getAdmin{noun}", summary=f"Read of {one} what staff see", responses={200: shape, **READ}
            ),
            put=extend_schema(
                operation_id=f"replaceAdmin{noun}",
                summary=f"Replace: {one}",
                request=whole,
                responses={200: shape, **CHANGE},
            ),
            patch=extend_schema(
                operation_id=f"changeAdmin{noun}",
                summary=f"Change: {one}",
                request=changes,
                responses={200: shape, **CHANGE},
            ),
            delete=extend_schema(
                operation_id=f"deleteAdmin{noun}",
                summary=f"Delete: {one}",
                parameters=list(removal),
                responses={204: None, **removal_problems},
            ),
        )(view)
        return described

    return decorate


def _words(name: str) -> str:
    """`StockRecords` as `stock records`."""
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()
