"""What products of an import share: class, category, attributes. Found by name, made when missing."""

import hashlib
import keyword
import re
from collections.abc import Mapping, Sequence
from typing import Final

from django.conf import settings
from django.db import connection
from oscar.apps.catalogue.product_attributes import ProductAttributesContainer
from oscar.core.utils import slugify

from forked_apps.catalogue.models import AttributeOption, Category, ProductAttribute, ProductClass
from forked_apps.catalogue.slugs import readable_slug
from nexus_shop.core.transactions import transaction_required

from .values import SourceProduct

TAGS: Final = "tags"
BARCODE: Final = "barcode"
OWN: Final = {TAGS: "Tags", BARCODE: "Barcode"}
CATEGORY_PREFIX: Final = "type:"
MAX_CODE: Final = 100
MAX_KEY: Final = 70
IDENTIFIER: Final = re.compile(r"[a-z_][a-z0-9_]*")


@transaction_required
def class_of(product: SourceProduct, *, held: ProductClass | None) -> ProductClass:
    """The product class of the type, made when missing; `held`, the class that the product has, where no type is said.

    Oscar decides by the class whether stock is counted and goods are shipped: types that have both kinds have a class
    for each. A class that is there is taken as it is.
    """
    if held is not None and "type" in product.unsaid:
        return held
    is_counted, is_shipped = product.tracks_stock, product.requires_shipping
    if held is not None:
        is_counted = held.track_stock if "tracks_stock" in product.unsaid else is_counted
        is_shipped = held.requires_shipping if "requires_shipping" in product.unsaid else is_shipped
    kind = product.type or settings.DEFAULT_PRODUCT_CLASS
    kinds = [*([] if is_counted else ["stock not counted"]), *([] if is_shipped else ["not shipped"])]
    found: ProductClass = ProductClass.objects.get_or_create(
        slug="-".join([_key(kind), *map(slugify, kinds)]),
        defaults={
            "name": f"{kind} ({', '.join(kinds)})" if kinds else kind,
            "track_stock": is_counted,
            "requires_shipping": is_shipped,
        },
    )[0]
    return found


@transaction_required
def category_of(product: SourceProduct) -> Category | None:
    """The category of the type: the one made by an earlier import, wherever it stands now, else the root of that name.

    None for a product without type. Locks the table of categories when one is to be made: paths are counted up.
    """
    if not product.type:
        return None
    key = _key(product.type)
    if found := _category(key):
        return found
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE catalogue_category IN SHARE ROW EXCLUSIVE MODE")
    if found := _category(key):
        return found
    slug = readable_slug(product.type)[:MAX_KEY] or key
    root: Category | None = Category.objects.filter(depth=1, slug__in=[key, slug]).first()
    if root is None:
        root = Category.add_root(name=product.type, slug=slug, code=f"{CATEGORY_PREFIX}{key}")
    elif not root.code:
        root.code = f"{CATEGORY_PREFIX}{key}"
        root.save(update_fields=["code"])
    return root


def _category(key: str) -> Category | None:
    found: Category | None = Category.objects.filter(code=f"{CATEGORY_PREFIX}{key}").first()
    return found


def option_codes(options: Sequence[str]) -> list[str]:
    """Attribute codes for the names of a product's options: identifiers, and no two the same."""
    codes: list[str] = []
    for name in options:
        code = slugify(name).replace("-", "_")[:MAX_CODE]
        if not IDENTIFIER.fullmatch(code) or _is_reserved(code):
            code = f"option_{code or _digest(name)}"
        codes.append(code if code not in codes else f"{code}_{len(codes) + 1}")
    return codes


def _is_reserved(code: str) -> bool:
    return code in OWN or keyword.iskeyword(code) or code in ProductAttributesContainer.RESERVED_ATTRIBUTES


@transaction_required
def attributes_of(product_class: ProductClass, names: Mapping[str, str]) -> dict[str, ProductAttribute]:
    """The class's attributes for the codes (code -> name), made as texts when missing.

    Texts, not options: a shop's words are free and change, a list of options would fill with every spelling. An
    attribute that is there is used if it is a text or an option; beside one of another type a text `<code>_text` is
    made. A code that cannot be had even so is left out.
    """
    spare = {f"{code}_text": code for code in names}
    found = _usable(product_class, [*names, *spare])
    missing = {code: name for code, name in names.items() if code not in found and f"{code}_text" not in found}
    if missing:
        taken = set(product_class.attributes.filter(code__in=missing).values_list("code", flat=True))
        ProductAttribute.objects.bulk_create(
            [
                ProductAttribute(
                    product_class=product_class,
                    code=f"{code}_text" if code in taken else code,
                    name=name,
                    type=ProductAttribute.TEXT,
                )
                for code, name in missing.items()
            ],
            ignore_conflicts=True,  # a rival makes the same
        )
        found = _usable(product_class, [*names, *spare])
    usable = {code: found.get(code) or found.get(f"{code}_text") for code in names}
    return {code: attribute for code, attribute in usable.items() if attribute is not None}


def _usable(product_class: ProductClass, codes: Sequence[str]) -> dict[str, ProductAttribute]:
    attributes = product_class.attributes.filter(code__in=codes).select_related("option_group")
    return {attribute.code: attribute for attribute in attributes if is_usable(attribute)}


def is_usable(attribute: ProductAttribute) -> bool:
    """Whether the attribute takes any text."""
    return bool(attribute.type == ProductAttribute.TEXT or (attribute.is_option and attribute.option_group_id))


@transaction_required
def option_named(attribute: ProductAttribute, value: str) -> AttributeOption:
    """The option of the attribute's group, made when missing: the unique constraint lets rivals find it."""
    found: AttributeOption = AttributeOption.objects.get_or_create(group=attribute.option_group, option=value)[0]
    return found


def _key(name: str) -> str:
    """A slug for a type, short enough for every column; letters of other scripts become five or more."""
    slug = slugify(name)
    return slug if 0 < len(slug) <= MAX_KEY else f"{slug[:MAX_KEY]}-{_digest(name)}".strip("-")


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:10]
