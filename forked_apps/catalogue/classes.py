"""Product classes and their attributes, as staff keep them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet

from nexus_shop.core.errors import CodeTaken, NotFound
from nexus_shop.core.transactions import refusing, transaction, transaction_required
from nexus_shop.core.versions import ensure_current, version_of
from nexus_shop.markets.models import TaxRate

from .errors import AttributeFacts, AttributeRefused, SlugTaken, StillUsed, Uses
from .models import AttributeOption, Option, ProductAttribute, ProductClass
from .options import group_named

#: Types of attributes whose value is one, or some, of a group.
CHOSEN: Final = frozenset({ProductAttribute.OPTION, ProductAttribute.MULTI_OPTION})
ATTRIBUTE_FIELDS: Final = ("name", "code", "type", "required")


@dataclass(frozen=True, slots=True)
class StoredAttribute:
    """An attribute. `product_class` is a slug, `option_group` an id."""

    id: int
    product_class: str | None
    name: str
    code: str
    type: str
    required: bool
    option_group: int | None

    @property
    def version(self) -> str:
        """Another one after every change."""
        return version_of(self)


@dataclass(frozen=True, slots=True)
class StoredClass:
    """A product class. `options` are codes of what all its products ask."""

    id: int
    name: str
    slug: str
    requires_shipping: bool
    track_stock: bool
    options: tuple[str, ...]
    attributes: tuple[StoredAttribute, ...]

    @property
    def version(self) -> str:
        """Another one after every change."""
        return version_of(self)


def stored_classes(*, search: str = "", after: int = 0, limit: int) -> list[StoredClass]:
    """Classes in the order of their ids, from behind `after`; three statements."""
    return [_stored_class(row) for row in _classes().filter(pk__gt=after, name__icontains=search)[:limit]]


def stored_class(key: int | str) -> StoredClass:
    """One class by id or slug. Raises NotFound."""
    row = _classes().filter(**({"pk": key} if isinstance(key, int) else {"slug": key})).first()
    if row is None:
        raise NotFound
    return _stored_class(row)


def _classes() -> "QuerySet[ProductClass]":
    rows: QuerySet[ProductClass] = ProductClass.objects.prefetch_related("options", "attributes").order_by("pk")
    return rows


def _stored_class(row: ProductClass) -> StoredClass:
    attributes = sorted(row.attributes.all(), key=lambda attribute: attribute.pk)
    return StoredClass(
        row.pk,
        row.name,
        row.slug,
        row.requires_shipping,
        row.track_stock,
        tuple(sorted(option.code for option in row.options.all())),
        tuple(_stored_attribute(attribute, row.slug) for attribute in attributes),
    )


@transaction(before_commit="documents")
def create_class(values: Mapping[str, Any]) -> int:
    """Make a class of `name`, `slug`, `requires_shipping`, `track_stock` and `options` (codes); returns its id.

    The slug is made from the name where left out. Raises SlugTaken, NotFound for an option.
    """
    return add_class(values)


@transaction_required
def add_class(values: Mapping[str, Any]) -> int:
    """`create_class` inside the transaction of a caller."""
    return _write_class(ProductClass(), values)


@transaction(before_commit="documents")
def change_class(class_id: int, *, changes: Mapping[str, Any], version: str | None = None) -> int:
    """Change what `changes` names; `options` is the whole list. Returns the id. Locks the class.

    Raises NotFound, StaleVersion, SlugTaken, StillUsed where a tax rate names the slug.
    """
    return alter_class(class_id, changes=changes, version=version)


@transaction_required
def alter_class(class_id: int, *, changes: Mapping[str, Any], version: str | None = None) -> int:
    """`change_class` inside the transaction of a caller."""
    row = _locked_class(class_id, version)
    slug = changes.get("slug") or row.slug
    rates = TaxRate.objects.filter(product_class=row.slug).count() if slug != row.slug else 0
    if rates:
        raise StillUsed(Uses({"tax_rates": rates}), pointer="/slug")
    return _write_class(row, changes)


@transaction(before_commit="documents")
def delete_class(class_id: int, *, version: str | None = None) -> None:
    """Delete a class without products, with its attributes. Raises NotFound, StaleVersion, StillUsed."""
    row = _locked_class(class_id, version)
    uses = {
        "products": row.products.count(),
        "ranges": row.classes.count(),
        "tax_rates": TaxRate.objects.filter(product_class=row.slug).count(),
    }
    if any(uses.values()):
        raise StillUsed(Uses({kind: count for kind, count in uses.items() if count}))
    row.delete()


def _locked_class(class_id: int, version: str | None) -> ProductClass:
    row: ProductClass | None = ProductClass.objects.select_for_update().filter(pk=class_id).first()
    if row is None:
        raise NotFound
    ensure_current(version, _stored_class(row))
    return row


def _write_class(row: ProductClass, values: Mapping[str, Any]) -> int:
    for name in ("name", "requires_shipping", "track_stock"):
        if name in values:
            setattr(row, name, values[name])
    slug = values.get("slug")
    if slug and ProductClass.objects.filter(slug=slug).exclude(pk=row.pk).exists():
        raise SlugTaken(pointer="/slug")  # Oscar's field would number it
    row.slug = slug or row.slug
    with refusing({"catalogue_productclass_slug": SlugTaken(pointer="/slug")}):
        row.save()
    if "options" in values:
        row.options.set(options_named(values["options"]))
    return int(row.pk)


@transaction_required
def options_named(codes: Sequence[str]) -> list[int]:
    """The ids of options by their codes. Raises NotFound with the first that is none (pointer /options/n)."""
    known = dict(Option.objects.filter(code__in=codes).values_list("code", "pk"))
    for number, code in enumerate(codes):
        if code not in known:
            raise NotFound(pointer=f"/options/{number}")
    return [known[code] for code in codes]


def stored_attributes(
    *, search: str = "", product_class: str = "", after: int = 0, limit: int
) -> list[StoredAttribute]:
    """Attributes in the order of their ids, from behind `after`. `product_class` is a slug."""
    rows = _attributes().filter(pk__gt=after, name__icontains=search)
    if product_class:
        rows = rows.filter(product_class__slug=product_class)
    return [_stored_attribute(row) for row in rows[:limit]]


def stored_attribute(attribute_id: int) -> StoredAttribute:
    """One attribute. Raises NotFound."""
    row = _attributes().filter(pk=attribute_id).first()
    if row is None:
        raise NotFound
    return _stored_attribute(row)


def _attributes() -> "QuerySet[ProductAttribute]":
    rows: QuerySet[ProductAttribute] = ProductAttribute.objects.select_related("product_class").order_by("pk")
    return rows


def _stored_attribute(row: ProductAttribute, slug: str | None = None) -> StoredAttribute:
    slug = slug or (row.product_class.slug if row.product_class_id else None)
    return StoredAttribute(row.pk, slug, row.name, row.code, row.type, row.required, row.option_group_id)


@transaction(before_commit="documents")
def create_attribute(values: Mapping[str, Any]) -> int:
    """Make an attribute of ATTRIBUTE_FIELDS, `product_class` (a slug) and `option_group` (an id); returns its id.

    Locks the class. Raises CodeTaken, AttributeRefused, NotFound for class or group.
    """
    return add_attribute(values)


@transaction_required
def add_attribute(values: Mapping[str, Any]) -> int:
    """`create_attribute` inside the transaction of a caller."""
    return _write_attribute(ProductAttribute(product_class=_class_named(values["product_class"])), values)


@transaction(before_commit="documents")
def change_attribute(attribute_id: int, *, changes: Mapping[str, Any], version: str | None = None) -> int:
    """Change what `changes` names; returns the id. Class and type stay while products have a value of it.

    Locks the attribute. Raises NotFound, StaleVersion, CodeTaken, AttributeRefused, StillUsed.
    """
    return alter_attribute(attribute_id, changes=changes, version=version)


@transaction_required
def alter_attribute(attribute_id: int, *, changes: Mapping[str, Any], version: str | None = None) -> int:
    """`change_attribute` inside the transaction of a caller."""
    row = _locked_attribute(attribute_id, version)
    stored = _stored_attribute(row)
    for name in ("product_class", "type", "option_group"):
        if changes.get(name, getattr(stored, name)) != getattr(stored, name):
            _check_unused(row, f"/{name}", new_group=changes[name] if name == "option_group" else None)
    if "product_class" in changes and changes["product_class"] != stored.product_class:
        row.product_class = _class_named(changes["product_class"])
    return _write_attribute(row, changes)


@transaction(before_commit="documents")
def delete_attribute(attribute_id: int, *, version: str | None = None) -> None:
    """Delete an attribute that no product has a value of. Raises NotFound, StaleVersion, StillUsed."""
    remove_attribute(attribute_id, version=version)


@transaction_required
def remove_attribute(attribute_id: int, *, version: str | None = None) -> None:
    """`delete_attribute` inside the transaction of a caller."""
    row = _locked_attribute(attribute_id, version)
    _check_unused(row, None)
    row.delete()


def _check_unused(row: ProductAttribute, pointer: str | None, *, new_group: int | None = None) -> None:
    """Values that the new group has too stand against nothing."""
    values = row.productattributevalue_set.all()
    if new_group is not None:
        texts = AttributeOption.objects.filter(group_id=new_group).values("pk")
        values = values.exclude(value_option__in=texts)
    products = values.values("product_id").distinct().count()
    if products:
        raise StillUsed(Uses({"products": products}), pointer=pointer)


def _class_named(slug: str) -> ProductClass:
    classes = ProductClass.objects.select_for_update(no_key=True)
    found: ProductClass | None = classes.filter(slug=slug).first()
    if found is None:
        raise NotFound(pointer="/product_class")
    return found


def _locked_attribute(attribute_id: int, version: str | None) -> ProductAttribute:
    rows = ProductAttribute.objects.select_for_update().filter(pk=attribute_id)
    row: ProductAttribute | None = rows.first()
    if row is None:
        raise NotFound
    ensure_current(version, _stored_attribute(row))
    return row


def _write_attribute(row: ProductAttribute, values: Mapping[str, Any]) -> int:
    for name in ATTRIBUTE_FIELDS:
        if name in values:
            setattr(row, name, values[name])
    if "option_group" in values:
        row.option_group = group_named(values["option_group"])
    if (row.type in CHOSEN) != (row.option_group_id is not None):
        reason = "group_missing" if row.type in CHOSEN else "group_unfit"
        raise AttributeRefused(AttributeFacts(reason), pointer="/option_group")
    if row.type == ProductAttribute.BOOLEAN and row.required:
        raise AttributeRefused(AttributeFacts("required_unfit"), pointer="/required")
    with refusing({"catalogue_productattribute_code": CodeTaken(pointer="/code")}):
        row.save()
    return int(row.pk)
