"""Writing a product whole: its own fields, and what belongs to it.

Facts are a mapping, and only what it names is written: on a change the rest stays, on a new product the rest is empty.
The names are those of `ProductFacts`; the JSON pointer of an error is the fact's name.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypedDict

from django.conf import settings
from django.db import IntegrityError
from django.db import transaction as django_transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from oscar.core.utils import slugify

from nexus_shop.core.errors import DomainError, NotFound
from nexus_shop.core.transactions import transaction, transaction_required, violated

from .attributes import JSON, change_class, codes_known_to, require_attributes, set_attributes
from .errors import SlugTaken, StructureRefused
from .fields import PLAIN, refused, text
from .links import place_in_categories, set_options, set_recommendations, set_tags
from .models import Brand, Product, ProductClass
from .operations import brand_named, insert, product_class_named, taken_by_another
from .publishing import announce, lock_product, place, status_of
from .slugs import free_product_slug
from .units import set_unit


class ProductFacts(TypedDict, total=False):
    """What can be said of a product. `None` empties a field; texts are bounded, HTML is sanitised.

    `sku` is Oscar's `upc`; `barcode` a GTIN. `brand` is a name, made when missing, `brand_id` one that is there;
    `product_class` the slug or name of one that is there. `categories` are ids, `tags` names, `options` codes,
    `attributes` JSON values by code (those not named stay), `recommendations` ids by kind (kinds not named stay).
    `unit` is what one piece holds, as `units.set_unit` has it.
    `status`, `publish_from` and `publish_until` as `publishing.set_publication` has it.
    """

    title: str
    slug: str
    sku: str | None
    description: str
    barcode: str | None
    unit: Mapping[str, Any] | None
    is_discountable: bool
    priority: int
    meta_title: str
    meta_description: str
    canonical_url: str
    og_title: str
    og_description: str
    brand: str | None
    brand_id: int | None
    product_class: str | None
    categories: Sequence[int]
    tags: Sequence[str]
    options: Sequence[str]
    attributes: Mapping[str, JSON]
    recommendations: Mapping[str, Sequence[int]]
    status: str
    publish_from: Any
    publish_until: Any


FACTS: Final = frozenset(ProductFacts.__annotations__)
PUBLICATION: Final = frozenset({"status", "publish_from", "publish_until"})
_NAME: Final = text(128)


@transaction_required
def add_whole_product(
    facts: ProductFacts, *, structure: str = Product.STANDALONE, parent_id: int | None = None
) -> Product:
    """Write a new product with all that the facts name; public unless they say else, of the default class.

    A child gets the class, categories and options of its parent, which is locked. The slug is made free where none is
    named. Raises ValueRefused, StructureRefused, NotFound, SkuTaken, SlugTaken, BarcodeTaken, AttributeUnknown,
    AttributeRequired, ScheduleRefused, RecommendationRefused, ListFull. Publishes ProductPublished for a public one.
    """
    _ensure_known(facts)
    if structure not in dict(Product.STRUCTURE_CHOICES):
        raise refused(_("There is no such structure."), "/structure")
    product = Product(structure=structure)
    if structure == Product.CHILD:
        product.parent = _parent(parent_id)
        _ensure_child_facts(facts)
    elif parent_id is not None:
        raise StructureRefused(pointer="/parent")
    else:
        product.product_class = _class_named(facts.get("product_class"))
    _set_plain(product, facts)
    _set_brand(product, facts)
    place(product, _publication(facts))
    insert(product, is_slug_chosen=bool(product.slug))
    _set_links(product, facts)
    set_attributes(product, facts.get("attributes") or {})
    announce(product, "")
    return product


@transaction(before_commit="documents")
def change_product(product_id: int, *, changes: ProductFacts) -> None:
    """Change what `changes` names, and nothing else; the documents follow before the commit.

    Locks the product, its parent and, where their attributes are concerned, its variants, in id order. Raises as
    `add_whole_product`, and ClassChangeRefused, PublicationRefused. Publishes ProductPublished, ProductUnpublished or
    ProductArchived where the status is new.
    """
    set_product(product_id, changes=changes)


@transaction_required
def set_product(product_id: int, *, changes: ProductFacts) -> Product:
    """`change_product` inside the caller's transaction; returns the product."""
    _ensure_known(changes)
    product = _locked_with_family(product_id, changes)
    if product.is_child:
        _ensure_child_facts(changes)
    before = status_of(product)
    old = {field.attname: getattr(product, field.attname) for field in product._meta.concrete_fields}  # noqa: SLF001
    attributes = changes.get("attributes") or {}
    _set_plain(product, changes)
    product.slug = product.slug or free_product_slug(product)
    _set_brand(product, changes)
    if "product_class" in changes:
        attributes = _set_class(product, changes["product_class"], attributes)
    if PUBLICATION & set(changes):
        place(product, _publication(changes))
    _save(product, [name for name, value in old.items() if getattr(product, name) != value])
    _set_links(product, changes)
    if attributes:
        set_attributes(product, attributes)
    elif "product_class" in changes:
        require_attributes(product)
    announce(product, before)
    return product


def _ensure_known(facts: Mapping[str, Any]) -> None:
    if unknown := set(facts) - FACTS:
        raise ValueError(f"{sorted(unknown)} are no facts of a product")


def _locked_with_family(product_id: int, changes: ProductFacts) -> Product:
    """The product, locked with whoever's facts its own depend on."""
    family = Q(pk=product_id) | Q(children=product_id)
    if {"attributes", "product_class"} & set(changes):
        family |= Q(parent=product_id)
    ids = Product.objects.filter(family).order_by().values("pk")
    locked = Product.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=ids).order_by("pk")
    found = {product.pk: product for product in locked}
    if product_id not in found:
        raise NotFound
    product: Product = found[product_id]
    if product.parent_id is not None and product.parent_id in found:
        product.parent = found[product.parent_id]
    return product


def _parent(parent_id: int | None) -> Product:
    """The locked parent of a new child. One that was no parent becomes one, if it has neither price nor stock."""
    if parent_id is None:
        raise StructureRefused(pointer="/parent")
    try:
        parent = lock_product(parent_id)
    except NotFound:
        raise NotFound(pointer="/parent") from None
    if not parent.can_be_parent():
        raise StructureRefused(pointer="/parent")
    if not parent.is_parent:
        parent.structure = Product.PARENT
        parent.save(update_fields=["structure", "date_updated"])
    return parent


def _ensure_child_facts(facts: Mapping[str, Any]) -> None:
    for name in ("product_class", "brand", "brand_id", "categories", "options", "recommendations"):
        if facts.get(name):
            raise StructureRefused(pointer=f"/{name}")


def _set_plain(product: Product, facts: Mapping[str, Any]) -> None:
    """Raises ValueRefused."""
    for name, value in facts.items():
        if name in PLAIN:
            column, check = PLAIN[name]
            setattr(product, column, check(value, f"/{name}"))
    if "unit" in facts:
        set_unit(product, facts["unit"], "/unit")
    if not product.title and not product.is_child:
        raise refused(_("A product has a title."), "/title")


def _set_brand(product: Product, facts: Mapping[str, Any]) -> None:
    if "brand_id" in facts:
        brand_id = facts["brand_id"]
        if brand_id is not None and not Brand.objects.filter(pk=brand_id).exists():
            raise NotFound(pointer="/brand_id")
        product.brand_id = brand_id
    elif "brand" in facts:
        name = " ".join(_NAME(facts["brand"], "/brand").split())
        product.brand = brand_named(name) if name else None


def _class_named(name: Any) -> ProductClass:
    """The class of that slug or name; the shop's default one, made when missing, where none is named."""
    if name is None:
        return product_class_named(settings.DEFAULT_PRODUCT_CLASS)
    wanted = _NAME(name, "/product_class")
    found: ProductClass | None = ProductClass.objects.filter(Q(slug=slugify(wanted)) | Q(name=wanted)).first()
    if found is None:
        raise NotFound(pointer="/product_class")
    return found


def _set_class(product: Product, name: Any, attributes: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Returns those of the attributes that are to be set yet: not what the other class only takes away."""
    product_class = _class_named(name)
    if product_class.pk == product.product_class_id:
        return attributes
    removed = {code for code, value in attributes.items() if value is None} & codes_known_to(product.pk)
    change_class(product, product_class, removed=sorted(removed))
    return {code: value for code, value in attributes.items() if code not in removed}


def _publication(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: facts[name] for name in PUBLICATION & set(facts)}


def _set_links(product: Product, facts: ProductFacts) -> None:
    if "categories" in facts:
        place_in_categories(product, facts["categories"])
    if "tags" in facts:
        set_tags(product, facts["tags"])
    if "options" in facts:
        set_options(product, facts["options"])
    if "recommendations" in facts:
        set_recommendations(product, facts["recommendations"])


def _save(product: Product, columns: Sequence[str]) -> None:
    """Raises SkuTaken, SlugTaken, BarcodeTaken."""
    if not columns:
        return
    try:
        with django_transaction.atomic():
            product.save(update_fields=[*columns, "date_updated"])
    except IntegrityError as clash:
        taken: DomainError | None = taken_by_another(clash)
        if taken is None and violated(clash).startswith("catalogue_product_slug"):
            taken = SlugTaken(pointer="/slug")
        if taken is None:
            raise
        raise taken from None
