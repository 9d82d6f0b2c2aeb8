"""Products with price and stock, made in one go."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import IntegrityError
from django.db import transaction as django_transaction
from oscar.core.utils import slugify

from forked_apps.catalogue.errors import SkuTaken, StructureRefused
from forked_apps.catalogue.models import Product, ProductAttributeValue
from forked_apps.catalogue.products import ProductFacts, add_whole_product
from forked_apps.catalogue.variants import Matrix, add_variants
from nexus_shop.core.errors import NotFound
from nexus_shop.core.transactions import transaction, transaction_required, violated

from .models import Partner, StockRecord
from .operations import open_records


@dataclass(frozen=True, slots=True)
class NewProduct:
    """A product to be sold, at prices as entered, in the shop's currency; the partner is the default one.

    `product_class` names one that is there; None is the default one. `facts` is what else is said of it. Without a
    price it gets no stock record: so it must be with a parent. `reason` is what the ledgers say of the first figures.
    """

    title: str
    price: Decimal | None
    changed_by: int | None
    description: str = ""
    list_price: Decimal | None = None
    category_ids: tuple[int, ...] | list[int] = ()
    stock_quantity: int = 0
    sku: str | None = None
    product_class: str | None = None
    partner_id: int | None = None
    structure: str = Product.STANDALONE
    parent_id: int | None = None
    facts: ProductFacts = field(default_factory=ProductFacts)
    reason: str = "new product"


@dataclass(frozen=True, slots=True)
class Opening:
    """How something new is sold at first: prices as entered, in the shop's currency; None is the default partner."""

    price: Decimal
    list_price: Decimal | None = None
    num_in_stock: int = 0
    partner_id: int | None = None


@transaction(before_commit="documents")
def create_product(wanted: NewProduct) -> int:
    """Write product, categories and stock record, and its document; returns the product's id.

    Raises NotFound for a category or a product class, SkuTaken, and what `add_whole_product` raises of `facts`.
    """
    product = add_product_for_sale(wanted)
    return int(product.pk)


@transaction_required
def add_product_for_sale(wanted: NewProduct) -> Product:
    """`create_product` inside the caller's transaction."""
    if wanted.structure == Product.PARENT and wanted.price is not None:
        raise StructureRefused(pointer="/price")
    try:
        product = add_whole_product(_facts(wanted), structure=wanted.structure, parent_id=wanted.parent_id)
    except NotFound as missing:
        if missing.pointer is None or not missing.pointer.startswith("/categories") or "categories" in wanted.facts:
            raise
        raise NotFound(pointer="/category") from None
    if wanted.price is not None:
        opening = Opening(wanted.price, wanted.list_price, wanted.stock_quantity, wanted.partner_id)
        open_stock([product], opening, changed_by=wanted.changed_by, reason=wanted.reason)
    return product


def _facts(wanted: NewProduct) -> ProductFacts:
    own: dict[str, Any] = {"title": wanted.title, "description": wanted.description, "sku": wanted.sku}
    if wanted.structure != Product.CHILD:
        own |= {"product_class": wanted.product_class, "categories": list(wanted.category_ids)}
    facts: Mapping[str, Any] = {**own, **wanted.facts}
    return ProductFacts(**facts)  # type: ignore[typeddict-item]  # the operation refuses what is no fact


@transaction(before_commit="documents")
def build_variants(
    parent_id: int, matrix: Matrix, *, opening: Opening | None = None, changed_by: int | None
) -> list[int]:
    """Make the variants of a product that the matrix asks for and that are missing; returns their ids.

    With `opening` each new one gets a stock record. The same again makes nothing. Locks the product. Raises as
    `add_variants`. Publishes ProductPublished for each that is public.
    """
    children = add_variants(parent_id, matrix)
    if opening is not None:
        open_stock(children, opening, changed_by=changed_by)
    return [int(child.pk) for child in children]


@dataclass(frozen=True, slots=True)
class NewVariant:
    """A combination of a matrix, by the names of its options in the order of the axes, and how it is sold at first."""

    options: tuple[str, ...]
    opening: Opening
    sku: str = ""


@transaction(before_commit="documents")
def build_chosen_variants(
    parent_id: int,
    axes: Mapping[str, Sequence[str]],
    *,
    variants: Sequence[NewVariant],
    is_public: bool = True,
    changed_by: int | None,
) -> list[int]:
    """Make these of the variants of a matrix, all or none; those that are there already are left out.

    Locks the product. Raises as `build_variants`; SkuTaken has the pointer `/variants/n/sku` where one row is to blame.
    """
    _ensure_skus_free(variants)
    skus = {variant.options: variant.sku for variant in variants}
    children = add_variants(parent_id, Matrix(axes, is_public=is_public, skus=skus))
    openings = {variant.options: variant.opening for variant in variants}
    grouped: dict[Opening, list[Product]] = {}
    for child, options in zip(children, _options_of(children, list(axes)), strict=True):
        grouped.setdefault(openings[options], []).append(child)
    for opening, group in grouped.items():
        open_stock(group, opening, changed_by=changed_by)
    return [int(child.pk) for child in children]


def _ensure_skus_free(variants: Sequence[NewVariant]) -> None:
    """Raises SkuTaken at the first row whose SKU is another product's, or another row's."""
    skus = [variant.sku for variant in variants]
    taken = taken_skus(skus)
    for place, sku in enumerate(skus):
        if sku and (sku in taken or sku in skus[:place]):
            raise SkuTaken(pointer=f"/variants/{place}/sku")


def taken_skus(skus: Iterable[str]) -> set[str]:
    """Those of the SKUs that a product or a stock record has."""
    wanted = [sku for sku in skus if sku]
    products = Product.objects.filter(upc__in=wanted).values_list("upc", flat=True)
    records = StockRecord.objects.filter(partner_sku__in=wanted).values_list("partner_sku", flat=True)
    return {*products, *records}


def _options_of(children: Sequence[Product], codes: Sequence[str]) -> list[tuple[str, ...]]:
    """The names of the options that each child has of the attributes."""
    values = ProductAttributeValue.objects.filter(product__in=children, attribute__code__in=codes)
    rows = values.values_list("product_id", "attribute__code", "value_option__option")
    held = {(product_id, code): option for product_id, code, option in rows}
    return [tuple(held[child.pk, code] for code in codes) for child in children]


@transaction_required
def open_stock(
    products: list[Product], opening: Opening, *, changed_by: int | None, reason: str = "new product"
) -> None:
    """Write the first stock record of products that have none. Raises NotFound (pointer `/partner`), SkuTaken.

    Publishes PriceChanged.
    """
    if not products:
        return
    partner = default_partner() if opening.partner_id is None else Partner.objects.filter(pk=opening.partner_id).first()
    if partner is None:
        raise NotFound(pointer="/partner")
    try:
        with django_transaction.atomic():
            records = [
                StockRecord(
                    product=product,
                    partner=partner,
                    partner_sku=product.upc or f"product-{product.pk}",
                    price_currency=settings.OSCAR_DEFAULT_CURRENCY,
                    price=opening.price,
                    list_price=opening.list_price,
                    num_in_stock=opening.num_in_stock,
                    num_allocated=0,
                )
                for product in products
            ]
            open_records(records, changed_by=changed_by, reason=reason)
    except IntegrityError as clash:
        if not violated(clash).startswith("partner_stockrecord_partner_id_partner_sku"):
            raise
        raise SkuTaken(pointer="/sku") from None


def default_partner() -> Partner:
    """The partner of products made without one, made when missing: the unique code lets rivals find it."""
    name = settings.DEFAULT_PARTNER
    found: Partner = Partner.objects.get_or_create(code=slugify(name), defaults={"name": name})[0]
    return found
