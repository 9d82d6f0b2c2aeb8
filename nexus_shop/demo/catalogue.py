"""The demo's product classes and its tree of categories."""

from collections.abc import Callable, Iterator
from typing import Final

from django.db import connection
from oscar.core.utils import slugify

from forked_apps.catalogue.models import (
    AttributeOption,
    AttributeOptionGroup,
    Category,
    Option,
    Product,
    ProductAttribute,
    ProductClass,
)
from nexus_shop.core.transactions import require_transaction, transaction_required

from .data.categories import CATEGORIES
from .data.product_types import OPTION_GROUPS, OPTIONS, PRODUCT_TYPES
from .data.records import Group, ProductType
from .pictures import picture_of_category

PREFIX: Final = "demo-"  # of codes and slugs: what a shop has made for itself is never taken for ours


def free_first_id(model: type[Product] | type[Category]) -> int | None:
    """1, if no row has it. The sequence is drawn from, so that it can never hand out 1 afterwards."""
    require_transaction("free_first_id")
    if model.objects.filter(pk=1).exists():
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [model._meta.db_table])  # noqa: SLF001
    return 1


@transaction_required
def add_product_types() -> int:
    """Add the product classes, attributes and options that are missing; returns how many classes."""
    groups = _option_groups()
    classes = {found.slug: found for found in ProductClass.objects.filter(slug__startswith=PREFIX)}
    known = set(ProductAttribute.objects.values_list("product_class__slug", "code"))
    attributes = []
    before = len(classes)
    for kind in PRODUCT_TYPES:
        slug = slug_of_type(kind.name)
        if slug not in classes:
            classes[slug] = _add_class(kind)
        attributes += [
            ProductAttribute(
                product_class=classes[slug],
                code=attribute.code,
                name=attribute.name,
                type=attribute.type,
                option_group=groups.get(attribute.options),
            )
            for attribute in kind.attributes
            if (slug, attribute.code) not in known
        ]
    ProductAttribute.objects.bulk_create(attributes)
    return len(classes) - before


def slug_of_type(name: str) -> str:
    """The slug of the product class of that name."""
    return f"{PREFIX}{slugify(name)}"


def _option_groups() -> dict[str, AttributeOptionGroup]:
    """The groups of options by code, with all their options."""
    groups = {
        code: AttributeOptionGroup.objects.get_or_create(code=f"{PREFIX}{code}", defaults={"name": name})[0]
        for code, (name, _) in OPTION_GROUPS.items()
    }
    known = set(AttributeOption.objects.filter(group__in=groups.values()).values_list("group_id", "option"))
    AttributeOption.objects.bulk_create(
        AttributeOption(group=groups[code], option=option)
        for code, (_, options) in OPTION_GROUPS.items()
        for option in options
        if (groups[code].pk, option) not in known
    )
    return groups


def _add_class(kind: ProductType) -> ProductClass:
    added: ProductClass = ProductClass.objects.create(
        slug=slug_of_type(kind.name), name=kind.name, requires_shipping=kind.is_shipped, track_stock=kind.tracks_stock
    )
    for code in kind.options:
        name, help_text = OPTIONS[code]
        option, _ = Option.objects.get_or_create(code=code, defaults={"name": name, "help_text": help_text})
        added.options.add(option)
    return added


@transaction_required
def add_categories(say: Callable[[str], object]) -> int:
    """Add the categories that are missing, each under its parent; returns how many. The first one's id is 1 if free."""
    known = {category.code: category for category in Category.objects.filter(code__startswith=PREFIX)}
    before = len(known)
    first = CATEGORIES[0]
    first_id = None
    if first.code not in known:
        first_id = free_first_id(Category)
        if first_id is None:
            say(f"  Category 1 is another one already: {first.name} gets the next free id")
    for root in CATEGORIES:
        for group, parent in _walk(root, None):
            if group.code not in known:
                known[group.code] = _add_category(
                    group, known[parent.code] if parent else None, pk=first_id if group is first else None
                )
    return len(known) - before


def _walk(group: Group, parent: Group | None) -> Iterator[tuple[Group, Group | None]]:
    yield group, parent
    for child in group.children:
        yield from _walk(child, group)


def _add_category(group: Group, parent: Category | None, *, pk: int | None) -> Category:
    facts = {"name": group.name, "code": group.code, "description": group.description}
    if group.shape:
        facts["image"] = picture_of_category(group).name
    added: Category = parent.add_child(**facts) if parent else Category.add_root(pk=pk, **facts)
    return added
