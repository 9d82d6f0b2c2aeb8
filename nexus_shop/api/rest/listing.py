"""What the query of the product list says: filters, order, place, and which fields of each product."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode

import orjson
from django.conf import settings
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from drf_spectacular.utils import OpenApiParameter

from forked_apps.search.pages import ORDERINGS, Filters, Page, Place, Window
from forked_apps.search.values import MAX_VALUE

from .cursors import cursor_of, refused, words_of
from .errors import ApiError
from .keys import key_of

ATTRIBUTE: Final = "attr."
MAX_CODES: Final = 10
ATTRIBUTES: Final = OpenApiParameter(
    "attr",
    {
        "type": "object",
        "patternProperties": {r"^attr\.[a-zA-Z_][0-9a-zA-Z_-]{0,127}$": {"type": "string", "minLength": 1}},
        "additionalProperties": False,
        "maxProperties": MAX_CODES,
    },
    description="`attr.<code>=a,b`, each code once: products that have one of the values. `attributes/` has them all.",
    style="form",
    explode=True,
)
MAX_VALUES: Final = 20
MAX_DEPTH: Final = 10_000
_CODE: Final = re.compile(r"[a-zA-Z_][0-9a-zA-Z_-]{0,127}", re.ASCII)
_COMMA: Final = re.compile(r"(?<!\\),")
#: What says how a list is shown, not what is in it.
SHOWN: Final = frozenset({"page", "page_size", "cursor", "count", "fields", "expand"})


@dataclass(frozen=True, slots=True)
class Shown:
    """Which part of the list is asked for, and which fields; `signature` is of filters and order, for cursors."""

    window: Window
    page: int
    is_by_cursor: bool
    signature: str
    fields: tuple[str, ...]
    expanded: tuple[str, ...]

    @property
    def column(self) -> str:
        """Where the fields are found."""
        return "detail" if self.expanded else "card"


def attributes_of(query: dict[str, str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The filters `attr.<code>=a,b`, by code; a backslash before a comma makes it part of a value. Raises ApiError."""
    wanted = sorted(name for name in query if name.startswith(ATTRIBUTE))
    if len(wanted) > MAX_CODES:
        raise ApiError("invalid_request", f"At most {MAX_CODES} attributes.", parameter=wanted[MAX_CODES][:60])
    return tuple((_code(name), _values(name, query[name])) for name in wanted)


def _code(name: str) -> str:
    code = name.removeprefix(ATTRIBUTE)
    if not _CODE.fullmatch(code):
        raise unknown_attribute(name)
    return code


def unknown_attribute(name: str) -> ApiError:
    """There is no attribute to filter by of that name."""
    return ApiError("unknown_parameter", f"There is no attribute {name[5:65]!r}.", parameter=name[:60])


def _values(name: str, text: str) -> tuple[str, ...]:
    values = tuple(dict.fromkeys(part.replace("\\,", ",").strip() for part in _COMMA.split(text)))
    if "" in values or len(values) > MAX_VALUES or any(len(value) > MAX_VALUE for value in values):
        told = f"Values with commas between them: at most {MAX_VALUES}, each of at most {MAX_VALUE} characters."
        raise ApiError("invalid_request", told, parameter=name[:60])
    return values


def filters_of(query: dict[str, Any], attributes: tuple[tuple[str, tuple[str, ...]], ...]) -> Filters:
    """The filters of a validated query."""
    is_new = query["new"]
    since = timezone.now() - timedelta(days=settings.NEW_PRODUCT_DAYS) if is_new is not None else None
    category = query.get("category")
    return Filters(
        category=key_of(category) if category is not None else None,
        price_min=query.get("price_min"),
        price_max=query.get("price_max"),
        in_stock=query["in_stock"],
        brands=tuple(key_of(word) for word in query.get("brand", ())),
        attributes=attributes,
        rating=Decimal(query["rating"]) if "rating" in query else None,
        on_sale=query["on_sale"],
        created_from=since if is_new else None,
        created_before=None if is_new else since,
    )


def shown_of(query: dict[str, Any], asked: dict[str, str], attributes: Any) -> Shown:
    """Which part of the list, and which fields. Raises ApiError."""
    page, size, cursor = query["page"], query["page_size"], query["cursor"]
    kept = {name: value for name, value in query.items() if name not in SHOWN}
    signature = hashlib.blake2b(repr((sorted(kept.items()), attributes)).encode(), digest_size=9).hexdigest()
    if cursor is not None and "page" in asked:
        raise ApiError("invalid_request", "Either `page` or `cursor`.", parameter="page")
    if page * size > MAX_DEPTH:
        raise ApiError("page_too_deep", "Narrow the list, or go on by `cursor=`.", parameter="page")
    window = Window(
        ordering=query["ordering"],
        limit=size,
        offset=0 if cursor is not None else (page - 1) * size,
        after=_place(cursor, signature, query["ordering"]) if cursor else None,
        count_exactly=query.get("count") == "exact",
    )
    return Shown(window, page, cursor is not None, signature, query.get("fields", ()), query.get("expand", ()))


def _place(cursor: str, signature: str, ordering: str) -> Place:
    """Where the page before has ended. Raises ApiError for a cursor of another list, or that the shop has not made."""
    signed, product_id, *rest = [*words_of(cursor), "", ""]
    text = "|".join(rest[:-2])
    if not constant_time_compare(signed, _signed(signature, product_id, text)):
        raise refused()
    return _PARSERS[ORDERINGS[ordering].type](text), int(product_id)


def _signed(signature: str, product_id: object, text: str) -> str:
    """What only the shop can say of a place in the list of that signature."""
    return salted_hmac("product list", f"{signature}|{product_id}|{text}", algorithm="sha256").hexdigest()[:32]


_PARSERS: Final[dict[str, Any]] = {
    "timestamptz": datetime.fromisoformat,
    "numeric": Decimal,
    "float8": Decimal,
    "int4": int,
    "text": str,
}


def cursor_behind(place: Place, signature: str) -> str:
    """The place behind a product, in the list of that signature."""
    value, product_id = place
    text = value.isoformat() if isinstance(value, datetime) else repr(value) if isinstance(value, float) else str(value)
    return cursor_of(_signed(signature, product_id, text), product_id, text)


def links_of(path: str, asked: dict[str, str], shown: Shown, page: Page) -> tuple[str | None, str | None]:
    """The addresses of the next and of the previous page. By cursor there is only a next one."""
    if shown.is_by_cursor:
        more = {"cursor": cursor_behind(page.last, shown.signature)} if page.has_next and page.last else None
        return (f"{path}?{urlencode(asked | more)}" if more else None), None
    size = shown.window.limit
    has_next = page.has_next and (shown.page + 1) * size <= MAX_DEPTH
    following = f"{path}?{urlencode(asked | {'page': str(shown.page + 1)})}" if has_next else None
    previous = f"{path}?{urlencode(asked | {'page': str(shown.page - 1)})}" if shown.page > 1 else None
    return following, previous


def picked(text: str, fields: tuple[str, ...], expanded: tuple[str, ...], card: tuple[str, ...]) -> str:
    """A product with these fields (none: all of `card`) and what was expanded."""
    if not fields and not expanded:
        return text
    whole = orjson.loads(text)
    if "category" in expanded:
        way = whole["breadcrumbs"]
        whole["category"] = way[-1] | {"breadcrumbs": way} if way else None
    names = (*(fields or card), *expanded)
    return orjson.dumps({name: whole[name] for name in names if name in whole}).decode()
