"""The rows that documents are made of, read in bulk: a fixed number of statements, whatever the number of products."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import orjson
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Avg, Count, Prefetch, Q
from oscar.apps.catalogue.reviews.models import ProductReview

from forked_apps.catalogue.attributes import ENTITIES
from forked_apps.catalogue.models import AttributeOption, Option, Product, ProductAttributeValue, ProductImage
from forked_apps.catalogue.wording import worded
from forked_apps.offer.naming import SpokenOf, offers_speaking_of
from forked_apps.partner.models import StockRecord
from forked_apps.partner.price_history import Reduction, reductions
from forked_apps.partner.selection import Stock
from nexus_shop.core.languages import chain_of, shop_languages
from nexus_shop.core.rules import CURRENT

from .values import displayed

# What things that attributes name are called, with their translations and the column of these.
NAMES: Final = """
    SELECT 'product', p.id, COALESCE(NULLIF(p.title, ''), parent.title, ''),
           CASE WHEN p.title = '' THEN parent.i18n ELSE p.i18n END, 'title'
    FROM catalogue_product p LEFT JOIN catalogue_product parent ON parent.id = p.parent_id
    WHERE p.id = ANY(%(product)s) AND p.is_public AND COALESCE(parent.is_public, true)
    UNION ALL SELECT 'category', id, name, i18n, 'name' FROM catalogue_category
    WHERE id = ANY(%(category)s) AND is_public AND ancestors_are_public
    UNION ALL SELECT 'brand', id, name, NULL, 'name' FROM catalogue_brand WHERE id = ANY(%(brand)s)
"""

Words = dict[str, Any]  # translations: column and language (`title_de`) -> text


@dataclass(slots=True)
class CategoryRow:
    """A category with its own ancestors, root first, itself last."""

    id: int
    name: str
    slug: str
    path: str
    is_browsable: bool
    words: Words
    chain: list["CategoryRow"] = field(default_factory=list)


@dataclass(slots=True)
class ImageRow:
    """A picture with its stored sizes: (width, height, file), smallest first. `is_pending`: not made yet."""

    id: int
    file: str
    caption: str
    sizes: list[tuple[int, int, str]]
    is_pending: bool


@dataclass(slots=True)
class AttributeRow:
    """One attribute of a product with its value as JSON knows it and as people read it."""

    code: str
    name: str
    type: str
    value: Any
    display: str
    words: Words = field(default_factory=dict)
    value_words: list[tuple[str, Words]] = field(default_factory=list)  # the options chosen, or an entity
    value_column: str = "option"  # the column that these are translations of


@dataclass(slots=True)
class OptionRow:
    """What a shopper may say when adding the product to the cart. Amounts as entered: what an answer adds to a unit."""

    code: str
    name: str
    type: str
    is_required: bool
    help_text: str
    price: Decimal
    choices: dict[str, Decimal]
    words: Words = field(default_factory=dict)
    choice_words: dict[str, Words] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)  # choices as the language says them, where that is another


@dataclass(slots=True)
class UnitRow:
    """What one piece holds, and of how much the price per unit is said."""

    measure: str
    content: Decimal
    reference: Decimal


@dataclass(slots=True)
class ProductRow:
    """One product. Class facts are those of its own class, or of its parent's."""

    id: int
    structure: str
    parent_id: int | None
    is_public: bool
    title: str
    slug: str
    sku: str | None
    description: str
    meta_title: str
    meta_description: str
    date_created: datetime
    date_updated: datetime
    brand: dict[str, Any] | None
    product_class: str
    tracks_stock: bool
    unit: UnitRow | None
    barcode: str | None
    canonical_url: str
    og_title: str
    og_description: str
    is_discountable: bool
    tags: list[dict[str, str]] = field(default_factory=list)
    stock: list[Stock] = field(default_factory=list)
    reductions: dict[int, Reduction] = field(default_factory=dict)  # by stock record
    categories: list[CategoryRow] = field(default_factory=list)
    images: list[ImageRow] = field(default_factory=list)
    attributes: list[AttributeRow] = field(default_factory=list)
    options: list[OptionRow] = field(default_factory=list)
    offers: list[SpokenOf] = field(default_factory=list)
    children: list[int] = field(default_factory=list)
    review_count: int = 0
    rating: float | None = None  # the average of the approved reviews
    words: Words = field(default_factory=dict)
    slugs: dict[str, str] = field(default_factory=dict)  # by language; none where the shop has one language


def load(product_ids: Iterable[int]) -> dict[int, ProductRow]:
    """The products, their parents and their children, with everything that their documents show."""
    rows, token = _products(list(product_ids))
    ids = list(rows)
    languages = shop_languages()
    for row in rows.values():
        if len(languages) > 1:
            row.slugs = {each: worded(row.slug, row.words, "slug", chain_of(each)) for each in languages}
        if row.parent_id in rows:
            rows[row.parent_id].children.append(row.id)
    _add_tags(rows, ids)
    _add_stock(rows, ids)
    _add_categories(rows, ids)
    _add_images(rows, ids)
    _add_attributes(rows, ids)
    _add_options(rows, ids)
    _add_offers(rows, token)
    for product_id, count, average in (
        ProductReview.objects.filter(product_id__in=ids, status=ProductReview.APPROVED)
        .values_list("product_id")
        .annotate(Count("id"), Avg("score"))
        .order_by()
    ):
        rows[product_id].review_count, rows[product_id].rating = count, average
    return rows


def _products(product_ids: list[int]) -> tuple[dict[int, ProductRow], str]:
    """The rows, and the token of the rules by which offers count."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH wanted AS (
                SELECT id, parent_id FROM catalogue_product WHERE id = ANY(%s)),
            family AS (
                SELECT id FROM wanted
                UNION SELECT parent_id FROM wanted WHERE parent_id IS NOT NULL
                UNION SELECT c.id FROM catalogue_product c WHERE c.parent_id IN (SELECT id FROM wanted))
            SELECT p.id, p.structure, p.parent_id, p.is_public, p.title, p.slug, p.upc, p.description,
                   COALESCE(p.meta_title, ''), COALESCE(p.meta_description, ''), p.date_created, p.date_updated,
                   b.id, b.name, b.slug, COALESCE(k.slug, ''), COALESCE(k.track_stock, true),
                   p.unit_measure, p.unit_content, p.unit_reference,
                   p.barcode, p.canonical_url, p.og_title, p.og_description, p.is_discountable,
                   p.i18n, {CURRENT}
            FROM catalogue_product p
            LEFT JOIN catalogue_product parent ON parent.id = p.parent_id
            LEFT JOIN catalogue_productclass k ON k.id = COALESCE(p.product_class_id, parent.product_class_id)
            LEFT JOIN catalogue_brand b ON b.id = COALESCE(p.brand_id, parent.brand_id)
            WHERE p.id IN (SELECT id FROM family) ORDER BY p.id
            """,
            [product_ids],
        )
        rows, token = {}, ""
        for row in cursor.fetchall():
            rows[row[0]] = ProductRow(  # the order of the columns
                *[*row[:12], _brand(*row[12:15]), *row[15:17], _unit(*row[17:20]), *row[20:25]]
            )
            rows[row[0]].words = _words(row[25])
            token = row[26]
        return rows, token


def _words(stored: Any) -> Words:
    """The translations of a row: as raw JSON, or as the ORM has read them; what plain SQL has spoilt is none."""
    found = orjson.loads(stored) if isinstance(stored, str) else stored
    return found if isinstance(found, dict) else {}


def _brand(pk: int | None, name: str, slug: str) -> dict[str, Any] | None:
    return {"id": pk, "name": name, "slug": slug} if pk else None


def _add_tags(rows: dict[int, ProductRow], ids: list[int]) -> None:
    links = Product.tags.through.objects.filter(product_id__in=ids).order_by("tag__name", "tag_id")
    for product_id, name, slug in links.values_list("product_id", "tag__name", "tag__slug"):
        rows[product_id].tags.append({"name": name, "slug": slug})


def _unit(measure: str, content: Decimal | None, reference: Decimal) -> UnitRow | None:
    return UnitRow(measure, content, reference) if content is not None else None


def _add_stock(rows: dict[int, ProductRow], ids: list[int]) -> None:
    for product_id, *facts in (
        StockRecord.objects.filter(product_id__in=ids)
        .order_by("id")
        .values_list(
            *("product_id", "id", "price", "list_price", "price_currency", "num_in_stock", "num_allocated"),
            *("backorder_limit", "expected_on", "is_preorder"),
        )
    ):
        rows[product_id].stock.append(Stock(*facts))
    found = reductions([stock.id for row in rows.values() for stock in row.stock])
    for row in rows.values():
        row.reductions = {stock.id: found[stock.id] for stock in row.stock if stock.id in found}


def _add_categories(rows: dict[int, ProductRow], ids: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT pc.product_id, pc.category_id, a.id, a.name, a.slug, a.is_public AND a.ancestors_are_public, a.i18n
            FROM catalogue_productcategory pc
            JOIN catalogue_category c ON c.id = pc.category_id
            JOIN catalogue_category a ON a.path = left(c.path, length(a.path))
            WHERE pc.product_id = ANY(%s) ORDER BY pc.product_id, c.path, a.path
            """,
            [ids],
        )
        chains: dict[tuple[int, int], list[CategoryRow]] = defaultdict(list)
        for product_id, category_id, pk, name, slug, is_browsable, words in cursor.fetchall():
            chain = chains[product_id, category_id]
            path = f"{chain[-1].path}/{slug}" if chain else slug
            chain.append(CategoryRow(pk, name, slug, path, is_browsable, _words(words)))
    for (product_id, _), chain in chains.items():
        chain[-1].chain = list(chain)
        rows[product_id].categories.append(chain[-1])


def _add_images(rows: dict[int, ProductRow], ids: list[int]) -> None:
    images = (
        ProductImage.objects.filter(product_id__in=ids).order_by("display_order", "id").prefetch_related("renditions")
    )
    for image in images:
        made = [size for size in image.renditions.all() if size.source == image.original.name]
        sizes = [(size.width, size.height, size.file) for size in made if size.file]
        rows[image.product_id].images.append(ImageRow(image.pk, image.original.name, image.caption, sizes, not made))


def _add_offers(rows: dict[int, ProductRow], token: str) -> None:
    wanted = [row.id for row in rows.values() if row.is_discountable]
    for product_id, offers in offers_speaking_of(wanted, token=token).items():
        rows[product_id].offers = offers


def _add_attributes(rows: dict[int, ProductRow], ids: list[int]) -> None:
    values = list(
        ProductAttributeValue.objects.filter(product_id__in=ids)
        .select_related("attribute", "value_option")
        .prefetch_related(Prefetch("value_multi_option", AttributeOption.objects.order_by("id")))
        .order_by("attribute__name", "attribute_id")
    )
    entities = _entities(values)
    for value in values:
        rows[value.product_id].attributes.append(entities.get(value.pk) or _attribute(value))


def _entities(values: Iterable[Any]) -> dict[int, AttributeRow]:
    """Those that name a thing, by the value's id. What shoppers may not see is not called by its name."""
    named = [value for value in values if value.attribute.type == "entity" and value.entity_object_id is not None]
    if not named:
        return {}
    kinds = {ContentType.objects.get_for_model(model).pk: kind for kind, model in ENTITIES.items()}
    wanted: dict[str, list[int]] = {kind: [] for kind in ENTITIES}
    for value in named:
        wanted.get(kinds.get(value.entity_content_type_id, ""), []).append(value.entity_object_id)
    with connection.cursor() as cursor:
        cursor.execute(NAMES, wanted)
        names = {(kind, pk): (name, _words(words), column) for kind, pk, name, words, column in cursor.fetchall()}
    return {value.pk: _entity(value, kinds.get(value.entity_content_type_id), names) for value in named}


def _entity(value: Any, kind: str | None, names: dict[tuple[Any, int], tuple[str, Words, str]]) -> AttributeRow:
    name, words, column = names.get((kind, value.entity_object_id), ("", {}, "name"))
    return AttributeRow(
        value.attribute.code,
        value.attribute.name,
        value.attribute.type,
        {"type": kind, "id": value.entity_object_id},
        name,
        words=_words(value.attribute.i18n),
        value_words=[(name, words)],
        value_column=column,
    )


def _attribute(value: Any) -> AttributeRow:
    kind = value.attribute.type
    plain: Any
    chosen: list[AttributeOption] = []
    if kind == "option":
        chosen = [value.value_option] if value.value_option else []
        plain = chosen[0].option if chosen else None
    elif kind == "multi_option":
        chosen = list(value.value_multi_option.all())
        plain = [option.option for option in chosen]
    elif kind in {"file", "image"}:
        file = getattr(value, value.value_field_name)
        plain = file.url if file else None
    elif kind == "entity":
        plain = None  # one that names nothing
    else:
        plain = getattr(value, value.value_field_name)
    return AttributeRow(
        value.attribute.code,
        value.attribute.name,
        kind,
        plain,
        displayed(kind, plain),
        words=_words(value.attribute.i18n),
        value_words=[(option.option, _words(option.i18n)) for option in chosen],
    )


def _add_options(rows: dict[int, ProductRow], ids: list[int]) -> None:
    """Options of the product and of its class; a child has its parent's."""
    found = list(
        Option.objects.filter(Q(product__in=ids) | Q(product__children__in=ids) | Q(productclass__products__in=ids))
        .distinct()
        .order_by("order", "name", "id")
    )
    if not found:
        return
    choices: dict[int | None, dict[str, tuple[Decimal, Words]]] = defaultdict(dict)
    groups = {option.option_group_id for option in found}
    for group_id, choice, price, words in (
        AttributeOption.objects.filter(group__in=groups)
        .order_by("id")
        .values_list("group_id", "option", "price", "i18n")
    ):
        choices[group_id][choice] = price, _words(words)
    options = {option.pk: _option(option, choices[option.option_group_id]) for option in found}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT p.id, o.option_id
            FROM catalogue_product p
            LEFT JOIN catalogue_product parent ON parent.id = p.parent_id
            JOIN LATERAL (
                SELECT option_id FROM catalogue_product_product_options x WHERE x.product_id IN (p.id, p.parent_id)
                UNION SELECT option_id FROM catalogue_productclass_options y
                WHERE y.productclass_id = COALESCE(p.product_class_id, parent.product_class_id)) o ON true
            WHERE p.id = ANY(%s)
            """,
            [ids],
        )
        wanted: dict[int, set[int]] = defaultdict(set)
        for product_id, option_id in cursor.fetchall():
            wanted[product_id].add(option_id)
    for product_id, option_ids in wanted.items():
        rows[product_id].options = [option for pk, option in options.items() if pk in option_ids]


def _option(option: Option, choices: dict[str, tuple[Decimal, Words]]) -> OptionRow:
    return OptionRow(
        option.code,
        option.name,
        option.type,
        option.required,
        option.help_text or "",
        option.price,
        {choice: price for choice, (price, _) in choices.items()},
        words=_words(option.i18n),
        choice_words={choice: words for choice, (_, words) in choices.items()},
    )
