"""The demo's products: stand-alone ones, and parents with their variants."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from django.conf import settings
from django.utils import timezone

from forked_apps.catalogue.html import sanitised
from forked_apps.catalogue.links import set_recommendations, set_tags
from forked_apps.catalogue.models import (
    AttributeOption,
    Category,
    Product,
    ProductAttribute,
    ProductAttributeValue,
    ProductCategory,
    ProductClass,
)
from forked_apps.catalogue.operations import brand_named
from forked_apps.partner.models import Partner, StockRecord
from forked_apps.partner.operations import set_stock
from forked_apps.partner.products import default_partner
from nexus_shop.core.transactions import transaction_required

from .accounts import partner_named
from .catalogue import PREFIX, free_first_id, slug_of_type
from .data import ITEMS
from .data.records import MAIN, AttributeValue, Item, Variant

ON_SALE_FOR: Final = timedelta(days=120)
FIRST_PRODUCT_LEAST: Final = 50  # free units of product 1 after every load


@dataclass(slots=True)
class _Shop:
    """What the rows of products refer to, read once, and the rows that are written together at the end."""

    classes: dict[str, ProductClass]
    categories: dict[str, Category]
    attributes: dict[tuple[int, str], ProductAttribute]
    options: dict[tuple[int, str], AttributeOption]
    partners: dict[str, Partner] = field(default_factory=dict)
    products: list[Product] = field(default_factory=list)
    links: list[ProductCategory] = field(default_factory=list)
    stock: list[StockRecord] = field(default_factory=list)
    values: list[ProductAttributeValue] = field(default_factory=list)
    choices: list[tuple[ProductAttributeValue, list[AttributeOption]]] = field(default_factory=list)

    def partner(self, name: str) -> Partner:
        """The partner of that name in the demo's data."""
        if name not in self.partners:
            self.partners[name] = default_partner() if name == MAIN else partner_named(name)
        return self.partners[name]


@transaction_required
def add_products(say: Callable[[str], object]) -> int:
    """Add the products of which no SKU is taken, with stock and attributes; returns how many, variants included.

    The first one's id is 1 if no other product has it.
    """
    taken = set(Product.objects.filter(upc__in=_skus(ITEMS)).values_list("upc", flat=True))
    missing = [item for item in ITEMS if not taken.intersection(_skus([item]))]
    if not missing:
        return 0
    shop = _read_shop()
    for item in missing:
        product_id = None
        if item is ITEMS[0]:
            product_id = free_first_id(Product)
            if product_id is None:
                say(f"  Product 1 is another one already: {item.title} gets the next free id")
        _add_item(item, shop, product_id=product_id)
    _date_back(shop.products)
    ProductCategory.objects.bulk_create(shop.links)
    StockRecord.objects.bulk_create(shop.stock)
    _add_values(shop)
    _recommend(missing)
    return len(_skus(missing))


def _recommend(items: Sequence[Item]) -> None:
    skus = {sku for item in items for sku in (item.sku, *item.goes_with)}
    known = dict(Product.objects.filter(upc__in=skus).values_list("upc", "pk"))
    for item in items:
        others = [known[sku] for sku in item.goes_with if sku in known]
        if others:
            set_recommendations(Product.objects.get(pk=known[item.sku]), {"cross_sell": others})


def _date_back(products: Sequence[Product]) -> None:
    """Older than the orders for them; the first is the newest, as lists show them."""
    newest = timezone.now() - ON_SALE_FOR
    for position, product in enumerate(products):
        product.date_created = newest - timedelta(minutes=position)
    Product.objects.bulk_update(products, ["date_created"])


def _skus(items: Iterable[Item]) -> list[str]:
    return [sku for item in items for sku in (item.sku, *(variant.sku for variant in item.variants()))]


def _read_shop() -> _Shop:
    attributes = ProductAttribute.objects.filter(product_class__slug__startswith=PREFIX)
    options = AttributeOption.objects.filter(group__code__startswith=PREFIX)
    return _Shop(
        classes={found.slug: found for found in ProductClass.objects.filter(slug__startswith=PREFIX)},
        categories={found.code: found for found in Category.objects.filter(code__startswith=PREFIX)},
        attributes={(found.product_class_id, found.code): found for found in attributes},
        options={(found.group_id, found.option): found for found in options},
    )


def _add_item(item: Item, shop: _Shop, *, product_id: int | None) -> None:
    product_class = shop.classes[slug_of_type(item.type)]
    variants = item.variants()
    product = Product(
        pk=product_id,
        structure=Product.PARENT if variants else Product.STANDALONE,
        title=item.title,
        upc=item.sku,
        description=sanitised(item.description),
        product_class=product_class,
        brand=brand_named(item.brand),
        is_public=item.is_public,
        barcode=item.barcode,
    )
    if item.public_in_days is not None:
        product.publish_from = timezone.now() + timedelta(days=item.public_in_days)
    product.save(force_insert=True)
    if item.tags:
        set_tags(product, item.tags)
    shop.products.append(product)
    shop.links.append(ProductCategory(product=product, category=shop.categories[item.category]))
    for code, value in item.attributes.items():
        _set_value(product, product_class, code, value, shop)
    if not variants:
        _stock(product, item, shop, surcharge="0", units=item.stock)
    for variant in variants:
        _add_variant(product, item, variant, shop)


def _add_variant(parent: Product, item: Item, variant: Variant, shop: _Shop) -> None:
    child = Product(
        structure=Product.CHILD,
        parent=parent,
        title=f"{item.title}, {', '.join(variant.values.values())}",
        upc=variant.sku,
        is_public=item.is_public,
    )
    child.save(force_insert=True)
    shop.products.append(child)
    assert parent.product_class is not None
    for code, value in variant.values.items():
        _set_value(child, parent.product_class, code, value, shop)
    _stock(child, item, shop, surcharge=variant.surcharge, units=variant.stock)


def _stock(product: Product, item: Item, shop: _Shop, *, surcharge: str, units: int) -> None:
    """A stock record with each partner; the second one keeps a third as much."""
    is_tracked = shop.classes[slug_of_type(item.type)].track_stock
    for position, name in enumerate(item.partners):
        shop.stock.append(
            StockRecord(
                product=product,
                partner=shop.partner(name),
                partner_sku=product.upc,
                price_currency=settings.OSCAR_DEFAULT_CURRENCY,
                price=Decimal(item.price) + Decimal(surcharge),
                list_price=Decimal(item.list_price) + Decimal(surcharge) if item.list_price else None,
                num_in_stock=(units // 3 if position else units) if is_tracked else None,
                num_allocated=0 if is_tracked else None,
            )
        )


def _set_value(product: Product, product_class: ProductClass, code: str, value: AttributeValue, shop: _Shop) -> None:
    attribute = shop.attributes[product_class.pk, code]
    row = ProductAttributeValue(product=product, attribute=attribute)
    if attribute.is_multi_option:
        assert isinstance(value, tuple)
        shop.choices.append((row, _options(attribute, value, shop)))
        return
    plain: Any = _options(attribute, (str(value),), shop)[0] if attribute.is_option else value
    setattr(row, row.value_field_name, plain)
    shop.values.append(row)


def _options(attribute: ProductAttribute, names: Sequence[str], shop: _Shop) -> list[AttributeOption]:
    assert attribute.option_group_id is not None
    return [shop.options[attribute.option_group_id, name] for name in names]


def _add_values(shop: _Shop) -> None:
    rows = ProductAttributeValue.objects.bulk_create([*shop.values, *(row for row, _ in shop.choices)])
    through = ProductAttributeValue.value_multi_option.through
    several = zip(rows[len(shop.values) :], shop.choices, strict=True)
    through.objects.bulk_create(
        through(productattributevalue=row, attributeoption=option)
        for row, (_, options) in several
        for option in options
    )


@transaction_required
def restock_first_product() -> None:
    """See to it that product 1 can be bought, as the guides say: at least 50 units are free. Locks its stock record."""
    item = ITEMS[0]
    record = StockRecord.objects.filter(product__upc=item.sku).order_by("pk").first()
    if record is None or record.net_stock_level >= FIRST_PRODUCT_LEAST:
        return
    units = (record.num_allocated or 0) + item.stock
    set_stock(record.pk, num_in_stock=units, changed_by=None, reason="The demo shop keeps its first product in stock.")
