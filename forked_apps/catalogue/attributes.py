"""Values of attributes, of all of Oscar's types, from JSON: exact types, nothing guessed.

| type | JSON |
|---|---|
| text | a text without markup |
| richtext | HTML, which is sanitised |
| integer, float, boolean | a number of 32 bits; a finite number; true or false |
| date, datetime | ISO 8601, a datetime with its offset, of the years 2 to 9998; it is kept in UTC |
| option | an option's text, as the group has it |
| multi_option | a list of them; an empty one takes the value away |
| entity | `{"type": "product", "id": 5}`: a product, category or brand that is there |
| file, image | the name that `attachments.store_attachment` has given to a file; `ensure_stored` asks for the file |

null takes a value away. What a document shows as `value` can be written back.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import Model, Q
from django.utils.translation import gettext_lazy as _

from nexus_shop.core.transactions import transaction_required

from .attachments import is_attachment
from .errors import (
    AttributeRequired,
    AttributeUnknown,
    ClassChangeRefused,
    Codes,
    TwinFacts,
    ValueRefused,
    VariantExists,
)
from .fields import flag, html, refused, text, whole
from .models import AttributeOption, Brand, Category, Product, ProductAttribute, ProductAttributeValue, ProductClass

MAX_TEXT: Final = 10_000
MAX_CHOICES: Final = 200
DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)", re.ASCII)
ENTITIES: Final[Mapping[str, type[Model]]] = {"product": Product, "category": Category, "brand": Brand}

# A variant of the parent that has exactly the values of the child, or, where none is named, of one of a lower id;
# without any value none is like another.
TWIN: Final = """
    WITH said AS (
        SELECT v.product_id, jsonb_object_agg(v.attribute_id,
                to_jsonb(v) - '{id,product_id,attribute_id}'::text[] || jsonb_build_object('options', (
                    SELECT jsonb_agg(o.attributeoption_id ORDER BY o.attributeoption_id)
                    FROM catalogue_productattributevalue_value_multi_option o
                    WHERE o.productattributevalue_id = v.id))) AS says
        FROM catalogue_productattributevalue v JOIN catalogue_product p ON p.id = v.product_id
        WHERE p.parent_id = %(parent)s
        GROUP BY v.product_id)
    SELECT twin.product_id FROM said own JOIN said twin ON twin.says = own.says AND twin.product_id <> own.product_id
    WHERE own.product_id = COALESCE(%(child)s::bigint, LEAST(own.product_id, twin.product_id)) ORDER BY 1 LIMIT 1
"""

JSON = Any
_TEXT = text(MAX_TEXT, lines=True, markup=False)
_HTML = html()
_WHOLE = whole(-(2**31), 2**31 - 1)
_NO_FILE: Final = _("There is no such stored file: upload it first.")


@dataclass(frozen=True, slots=True)
class _Parsed:
    """What is to be stored: columns, and the options of a multi-option; without either the value goes."""

    columns: Mapping[str, Any]
    options: tuple[AttributeOption, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.options and all(value is None or value == "" for value in self.columns.values())


def ensure_stored(values: Mapping[str, JSON], held: Callable[[], Mapping[str, JSON]] = dict) -> None:
    """Raise ValueRefused where a value names a file that is not there; what the product has (`held`) is not looked for.

    To be called before the transaction, as a file is stored: the storage may be far away.
    """
    named = {code: value for code, value in values.items() if isinstance(value, str) and is_attachment(value)}
    known = held() if named else {}
    for code, name in named.items():
        if known.get(code) != name and not default_storage.exists(name):
            raise refused(_NO_FILE, _pointer(code))


@transaction_required
def set_attributes(product: Product, values: Mapping[str, JSON]) -> bool:
    """Set the attributes named by code; the others stay. Whether something changed.

    The caller has locked the product, of a variant its parent too. Raises AttributeUnknown, ValueRefused and
    AttributeRequired, with the pointer `/attributes/code`; VariantExists where another variant says the same of itself.
    """
    attributes = _attributes_of(product)
    known = {attribute.code: attribute for attribute in attributes}
    held = {value.attribute_id: value for value in _values_of(product)} if values else {}
    is_changed = False
    for code, value in values.items():
        attribute = known.get(code)
        if attribute is None:
            raise AttributeUnknown(pointer=_pointer(code))
        old = held.get(attribute.pk)
        if not _is_written_back(attribute, old, value):
            is_changed |= _write(product, attribute, old, _parsed(attribute, value))
    _require(product, attributes)
    if is_changed and product.is_child:
        _ensure_no_twin(product.parent_id, product.pk)
    return is_changed


def _ensure_no_twin(parent_id: int | None, child_id: int | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(TWIN, {"parent": parent_id, "child": child_id})
        found = cursor.fetchone()
    if found is not None:
        raise VariantExists(TwinFacts(found[0]), pointer="/attributes")


@transaction_required
def require_attributes(product: Product) -> None:
    """Raise AttributeRequired where the product is sold without an attribute that its class requires.

    A variant has its parent's, too. Of a parent its variants are asked.
    """
    _require(product, _attributes_of(product))


def _require(product: Product, attributes: Sequence[ProductAttribute]) -> None:
    required = {attribute.pk: attribute.code for attribute in attributes if attribute.required}
    if not required:
        return
    if product.is_parent:
        sold = list(Product.objects.filter(parent=product).order_by("pk").values_list("pk", flat=True))
    else:
        sold = [product.pk]
    above = product.pk if product.is_parent else product.parent_id
    rows = ProductAttributeValue.objects.filter(attribute__in=required, product__in=[*sold, above])
    present = set(rows.values_list("product_id", "attribute_id"))
    for attribute_id, code in required.items():
        if (above, attribute_id) not in present and any((pk, attribute_id) not in present for pk in sold):
            raise AttributeRequired(pointer=_pointer(code))


@transaction_required
def change_class(product: Product, product_class: ProductClass, *, removed: Sequence[str] = ()) -> None:
    """Let a locked product, and its variants, be of another class; values go over by code, where type and group agree.

    `removed`: codes of values that the same change takes away. Raises ClassChangeRefused with the codes that the other
    class does not know; VariantExists where two variants differed by nothing but these. The product is not saved.
    """
    family = Q(product=product) | Q(product__parent=product)
    if removed:
        ProductAttributeValue.objects.filter(family, attribute__code__in=removed).delete()
    values = list(ProductAttributeValue.objects.filter(family).select_related("attribute").order_by("pk"))
    there = {each.code: each for each in ProductAttribute.objects.filter(product_class=product_class)}
    orphans = sorted({value.attribute.code for value in values if not _fits(value.attribute, there)})
    if orphans:
        raise ClassChangeRefused(Codes(orphans), pointer="/product_class")
    for value in values:
        value.attribute = there[value.attribute.code]
    ProductAttributeValue.objects.bulk_update(values, ["attribute"])
    if removed and product.is_parent:
        _ensure_no_twin(product.pk)
    product.product_class = product_class


def _fits(attribute: ProductAttribute, there: Mapping[str, ProductAttribute]) -> bool:
    other = there.get(attribute.code)
    return other is not None and (other.type, other.option_group_id) == (attribute.type, attribute.option_group_id)


def class_id_of(product: Product) -> int | None:
    """The class of the product, or of its parent."""
    owner = product.parent if product.is_child else product
    return owner.product_class_id if owner is not None else None


def codes_known_to(product_id: int) -> set[str]:
    """The codes of the attributes that the class of a product, or of its parent, has."""
    owner = Q(product_class__products=product_id) | Q(product_class__products__children=product_id)
    return set(ProductAttribute.objects.filter(owner).values_list("code", flat=True))


def is_same_json(held: JSON, value: JSON) -> bool:
    """Whether a value is what `json_values` says (`held`), type and all: to Python true is 1. 1 may stand for 1.0."""
    if isinstance(held, dict) and isinstance(value, dict):
        return held.keys() == value.keys() and all(is_same_json(held[name], value[name]) for name in held)
    is_same_type = type(held) is type(value) or (type(held), type(value)) == (float, int)
    return is_same_type and bool(held == value)


def _attributes_of(product: Product) -> list[ProductAttribute]:
    return list(ProductAttribute.objects.filter(product_class=class_id_of(product)).order_by("pk"))


def _values_of(product: Product) -> list[ProductAttributeValue]:
    rows = ProductAttributeValue.objects.filter(product=product).select_related("attribute")
    return list(rows.prefetch_related("value_multi_option"))


def _pointer(code: str) -> str:
    escaped = code.replace("~", "~0").replace("/", "~1")
    return f"/attributes/{escaped}"


def _is_written_back(attribute: ProductAttribute, old: ProductAttributeValue | None, value: JSON) -> bool:
    """Whether a file came back as documents show it: by its address."""
    if old is None or not attribute.is_file or not isinstance(value, str):
        return False
    file = getattr(old, old.value_field_name)
    return bool(file) and value in {file.name, default_storage.url(file.name)}


def _write(product: Product, attribute: ProductAttribute, old: ProductAttributeValue | None, parsed: _Parsed) -> bool:
    if parsed.is_empty:
        if old is not None:
            old.delete()
        return old is not None
    row = old or ProductAttributeValue(product=product, attribute=attribute)
    is_new = any(getattr(row, name) != value for name, value in parsed.columns.items())
    for name, value in parsed.columns.items():
        setattr(row, name, value)
    if old is None or is_new:
        row.save()
    if parsed.options and (old is None or {*row.value_multi_option.all()} != {*parsed.options}):
        row.value_multi_option.set(parsed.options)
        is_new = True
    return old is None or is_new


def _parsed(attribute: ProductAttribute, value: JSON) -> _Parsed:
    """The columns of a JSON value. Raises ValueRefused."""
    pointer = _pointer(attribute.code)
    if attribute.type == ProductAttribute.ENTITY:
        return _Parsed(_entity(value, pointer))
    name = f"value_{attribute.type}"
    if value is None:
        return _Parsed({} if attribute.is_multi_option else {name: None})
    if attribute.is_multi_option:
        return _Parsed({}, _options(attribute, value, pointer))
    if attribute.is_option:
        return _Parsed({"value_option_id": _options(attribute, [value], pointer)[0].pk})
    return _Parsed({name: _PLAIN[attribute.type](value, pointer)})


def _number(value: JSON, pointer: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refused(_("A number is wanted here."), pointer)
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise refused(_("This number is out of range."), pointer)
    return number


def _date(value: JSON, pointer: str) -> date:
    try:
        found = date.fromisoformat(value) if isinstance(value, str) and DAY.fullmatch(value) else None
    except ValueError:
        found = None
    if found is None:
        raise refused(_("A day is written like 2000-01-31."), pointer)
    return found


def _datetime(value: JSON, pointer: str) -> datetime:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) and TIME.fullmatch(value) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or not 1 < found.year < date.max.year:
        raise refused(_("A time is written like 2000-01-31T12:00:00Z."), pointer)
    return found.astimezone(UTC)  # PostgreSQL takes no offset of 16 hours and more


def _file(kind: str) -> Any:
    def check(value: JSON, pointer: str) -> str:
        if not isinstance(value, str) or not is_attachment(value, kind=kind):
            raise refused(_NO_FILE, pointer)
        return value

    return check


_PLAIN: Final[Mapping[str, Any]] = {
    ProductAttribute.TEXT: _TEXT,
    ProductAttribute.RICHTEXT: _HTML,
    ProductAttribute.INTEGER: _WHOLE,
    ProductAttribute.FLOAT: _number,
    ProductAttribute.BOOLEAN: flag,
    ProductAttribute.DATE: _date,
    ProductAttribute.DATETIME: _datetime,
    ProductAttribute.FILE: _file("file"),
    ProductAttribute.IMAGE: _file("image"),
}


def _options(attribute: ProductAttribute, value: JSON, pointer: str) -> tuple[AttributeOption, ...]:
    if not isinstance(value, list) or len(value) > MAX_CHOICES or not all(isinstance(each, str) for each in value):
        raise refused(_("Options are wanted here, by their names."), pointer)
    names = list(dict.fromkeys(value))
    rows = AttributeOption.objects.filter(group=attribute.option_group_id).order_by("pk")
    known = {option.option: option for option in rows}
    unknown = [name for name in names if name not in known]
    if unknown or attribute.option_group_id is None:
        raise refused(_("There is no such option."), pointer)
    return tuple(known[name] for name in names)


def no_such_entity(pointer: str) -> ValueRefused:
    """The error for an entity that is not there, to be raised."""
    return refused(_("There is no such thing."), pointer)


def products_in(values: Mapping[str, JSON]) -> dict[str, int]:
    """Pointer -> id of each product that values name as an entity, as far as it can be an id."""
    named = {code: value["id"] for code, value in values.items() if _is_product(value)}
    return {_pointer(code): pk for code, pk in named.items() if type(pk) is int and 0 < pk < 2**31}


def _is_product(value: JSON) -> bool:
    return isinstance(value, dict) and value.get("type") == "product" and "id" in value


def _entity(value: JSON, pointer: str) -> dict[str, Any]:
    if value is None:
        return {"entity_content_type_id": None, "entity_object_id": None}
    if not isinstance(value, dict) or set(value) != {"type", "id"} or value["type"] not in list(ENTITIES):
        raise refused(_('An entity is written like {"type": "product", "id": 1}.'), pointer)
    model = ENTITIES[value["type"]]
    pk = whole(1, 2**31 - 1)(value["id"], pointer)
    if not model._default_manager.filter(pk=pk).exists():  # noqa: SLF001 - Django's documented API
        raise no_such_entity(pointer)
    return {"entity_content_type_id": ContentType.objects.get_for_model(model).pk, "entity_object_id": pk}
