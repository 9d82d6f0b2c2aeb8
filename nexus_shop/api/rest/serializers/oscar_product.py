"""A product in oscarapi's words: what its admin API takes, in the words of ours.

What is understood is done; what cannot be done is refused at its place in the body that was sent, never left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, NoReturn

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError

from nexus_shop.core.errors import DomainError

from .links import LinkRefused, key_in

Steps = tuple[str, ...]

#: oscarapi's read-only parts of a product: written back, ignored.
SHOWN: Final = frozenset({"url"})
#: oscarapi's words for some of ours.
WORDS: Final[Mapping[str, str]] = {"upc": "sku", "is_public": "status", "recommended_products": "recommendations"}
#: The names that a stock record's fields have in the body of a product.
SOLD: Final[Mapping[str, str]] = {"num_in_stock": "stock_quantity"}
_STOCK: Final = frozenset(
    {"price", "list_price", "stock_quantity", "partner", "partner_sku", "low_stock_threshold", "backorder_limit"}
    | {"expected_on", "is_preorder"}
)
_PICTURE: Final = frozenset({"id", "url", "alt"})
#: Of what is only shown, so many may come back.
MAX_SHOWN: Final = 1000
#: For the documentation: what our answers show, and what is refused where it says more.
SHOWN_PARTS: Final = {
    "images": {
        "type": "array",
        "maxItems": MAX_SHOWN,
        "items": {
            "type": "object",
            "properties": {name: {} for name in sorted(_PICTURE)},
            "required": sorted(_PICTURE),
            "additionalProperties": False,
        },
    },
    "stockrecords": {"type": "array", "maxItems": MAX_SHOWN, "items": {"type": "integer"}},
}


def from_oscarapi(body: Any, host: str) -> Any:
    """The body with oscarapi's fields under our names.

    `upc`, `is_public`, `attributes` as a list, `options` as objects, `recommended_products` as links to `host`. Raises
    ValidationError for what is oscarapi's and cannot be done, and for what stands beside our word for it. What is of
    another shape stays, to be refused as any other field is.
    """
    if not isinstance(body, Mapping):
        return body
    found = {name: value for name, value in body.items() if name not in SHOWN}
    _refuse_written_parts(found)
    _refuse_both_words(found)
    if "upc" in found:
        found["sku"] = found.pop("upc")
    if "is_public" in found:
        found["status"] = _status(found.pop("is_public"))
    if isinstance(found.get("attributes"), list):
        found["attributes"] = _attributes(found["attributes"])
    if isinstance(found.get("options"), list):
        found["options"] = option_codes(found["options"])
    if "recommended_products" in found:
        found["recommendations"] = {"related": _recommended(found.pop("recommended_products"), host)}
    return found


def said_twice(theirs: str, ours: str) -> str:
    """What is wrong with a body that has both words for a thing."""
    return _("`%(theirs)s` is another word for `%(ours)s`: send one.") % {"theirs": theirs, "ours": ours}


def _refuse_both_words(body: Mapping[str, Any]) -> None:
    for theirs, ours in WORDS.items():
        if theirs in body and ours in body:
            _refuse({theirs: [said_twice(theirs, ours)]})


def stock_record_in(body: Any) -> Any:
    """The one stock record of a new product, as oscarapi has it; None where there is none. Raises ValidationError.

    A list of ids is what our answers show: read only.
    """
    records = body.get("stockrecords", []) if isinstance(body, Mapping) else []
    if _are(records, int):
        return None
    if not isinstance(records, list):
        _refuse({"stockrecords": [_("A list of one stock record is wanted here.")]})
    if len(records) > 1:
        _refuse({"stockrecords": {"1": [_("One comes with the product: make the others at `admin/stockrecords/`.")]}})
    for name in ("price", "list_price", "stock_quantity", "partner"):
        if name in body:
            _refuse({name: [_("This is said by the stock record: send one of the two.")]})
    return records[0]


def partner_in(record: Any, host: str) -> Any:
    """The record with its partner's id, where that is named by a link to `host`. Raises ValidationError."""
    if not isinstance(record, Mapping) or not isinstance(record.get("partner"), str):
        return record
    try:
        return {**record, "partner": int(key_in(record["partner"], "admin/partners", "[0-9]{1,9}", host=host))}
    except LinkRefused as refusal:
        _refuse({"partner": [refusal.reason]})


def option_codes(options: Sequence[Any]) -> list[Any]:
    """Codes of options, of which some may be objects with a `code`."""
    codes = [each.get("code", each) if isinstance(each, Mapping) else each for each in options]
    for number, code in enumerate(codes):
        if not isinstance(code, str):
            _refuse({"options": {str(number): [_("The code of an option is wanted here.")]}})
    return codes


def refused_in_sent_words(body: Any, refusal: ValidationError) -> ValidationError:
    """The errors of a serializer at their places in the body that was sent."""
    found: dict[str, Any] = {}
    for steps, errors in _leaves(refusal.detail, ()):
        place = found
        *above, last = sent_steps(body, steps) or ("non_field_errors",)
        for step in above:
            place = place.setdefault(step, {})
        place[last] = errors
    return ValidationError(found)


@contextmanager
def in_sent_words(body: Any) -> Iterator[None]:
    """Let a broken rule point to its place in the body that was sent."""
    try:
        yield
    except DomainError as broken:
        broken.pointer = sent_pointer(body, broken.pointer)
        raise


def sent_pointer(body: Any, pointer: str | None) -> str | None:
    """The pointer in the body that was sent, of one in our words."""
    if not pointer:
        return pointer
    return "".join(f"/{step}" for step in sent_steps(body, tuple(pointer.removeprefix("/").split("/"))))


def sent_steps(body: Any, steps: Steps) -> Steps:
    """Where in the body that was sent a place in our words stands."""
    if not isinstance(body, Mapping) or not steps:
        return steps
    name, rest = steps[0], steps[1:]
    for ours, theirs in (("sku", "upc"), ("status", "is_public"), ("title", "name")):
        if name == ours and theirs in body and ours not in body:
            return (theirs, *rest)
    if name == "categories" and "category" in body and name not in body:
        return ("category",)
    if name == "recommendations" and "recommended_products" in body and name not in body:
        return ("recommended_products", *rest[1:])
    if name == "attributes" and rest and isinstance(body.get(name), list):
        return _sent_attribute(body["attributes"], rest)
    if name in _STOCK and name not in body:
        return _sent_term(body, steps)
    return steps


def _sent_term(body: Mapping[str, Any], steps: Steps) -> Steps:
    """Where what is said of the sale stands: in a stock record, or beside the partner that is not named."""
    name, rest = steps[0], steps[1:]
    records = body.get("stockrecords")
    if isinstance(records, list) and records and isinstance(records[0], Mapping):
        return ("stockrecords", "0", "num_in_stock" if name == "stock_quantity" else name, *rest)
    said = [each for each in ("price", "list_price", "stock_quantity") if each in body]
    return (said[0],) if name == "partner" and said else steps


def _sent_attribute(attributes: list[Any], rest: Steps) -> Steps:
    code = rest[0].replace("~1", "/").replace("~0", "~")
    numbers = [n for n, each in enumerate(attributes) if isinstance(each, Mapping) and each.get("code") == code]
    return ("attributes", str(numbers[0]), "value", *rest[1:]) if numbers else ("attributes",)


def _refuse_written_parts(body: dict[str, Any]) -> None:
    """Refuse what oscarapi writes with the product and we do not; pictures as our answers show them are read only."""
    pictures = body.get("images", [])
    if not _are(pictures, Mapping) or any(set(each) != _PICTURE for each in pictures):
        _refuse(
            {"images": [_("Pictures are not written with the product: add them at `admin/products/{id}/images/`.")]}
        )
    if body.pop("children", []) != []:
        _refuse({"children": [_("A variant names its `parent`.")]})


def refuse_stock_records(body: Any) -> None:
    """Stock records that are written with a product that is there; a list of ids is what our answers show."""
    if isinstance(body, Mapping) and not _are(body.get("stockrecords", []), int):
        _refuse({"stockrecords": [_("Prices and stock are written at `admin/stockrecords/`.")]})


def _status(is_public: Any) -> str:
    if not isinstance(is_public, bool):
        _refuse({"is_public": [_("Must be a valid boolean.")]})
    return "published" if is_public else "draft"


def _attributes(listed: list[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for number, each in enumerate(listed):
        if not isinstance(each, Mapping):
            _refuse({"attributes": {str(number): [_("An attribute with its code and value is wanted here.")]}})
        if not isinstance(each.get("code"), str):
            _refuse({"attributes": {str(number): {"code": [_("The code of an attribute is wanted here.")]}}})
        if "value" not in each:
            _refuse({"attributes": {str(number): {"value": [_("This field is required.")]}}})
        if each["code"] in found:
            _refuse({"attributes": {str(number): {"code": [_("This attribute stands twice.")]}}})
        found[each["code"]] = each["value"]
    return found


def _recommended(links: Any, host: str) -> list[int]:
    if not isinstance(links, list):
        _refuse({"recommended_products": [_("A list of links to products is wanted here.")]})
    found = []
    for number, link in enumerate(links):
        try:
            found.append(int(key_in(link, "(?:admin/)?products", "[0-9]{1,9}", host=host)))
        except LinkRefused as refusal:
            _refuse({"recommended_products": {str(number): [refusal.reason]}})
    return found


def _are(value: Any, kind: type[Any]) -> bool:
    """Whether it is a list of these, or an empty one, and none longer than what may come back."""
    if not isinstance(value, list) or len(value) > MAX_SHOWN:
        return False
    return all(isinstance(each, kind) and not isinstance(each, bool) for each in value)


def _leaves(detail: Any, steps: Steps) -> Iterator[tuple[Steps, Any]]:
    if isinstance(detail, Mapping):
        for name, value in detail.items():
            yield from _leaves(value, steps if name == "non_field_errors" else (*steps, str(name)))
    else:
        yield steps, detail


def _refuse(errors: Mapping[str, Any]) -> NoReturn:
    raise ValidationError(errors)
