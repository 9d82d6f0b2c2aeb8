"""The doors by which a catalogue is changed, each as a random edit of a small shop."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final

from django.db import connection
from django.utils import timezone
from oscar.apps.catalogue.reviews.models import ProductReview

from forked_apps.catalogue.models import (
    AttributeOption,
    AttributeOptionGroup,
    Brand,
    Category,
    ImageRendition,
    Option,
    Product,
    ProductAttribute,
    ProductAttributeValue,
    ProductCategory,
    ProductClass,
    ProductImage,
)
from forked_apps.dashboard.catalogue.operations import PriceChange, change_prices, show_products, withdraw_product
from forked_apps.offer.models import Benefit, Condition, ConditionalOffer, Range
from forked_apps.partner.models import StockRecord
from forked_apps.partner.operations import adjust_stock, allocate_stock, change_price, change_terms
from forked_apps.partner.products import NewProduct, create_product, default_partner
from nexus_shop.markets.models import TaxRate
from tests.factories.shop import make_category, make_parent, make_product, make_user
from tests.nexus_shop.imports.sources import MUG, SHIRT, load

Door = Callable[["Pick"], None]
DOORS: Final[dict[str, Door]] = {}
WORDS: Final = ("Oak", "Linen", "Brass", "Élan", "Ware & Co", "<b>Bold</b>")
CODES: Final = ("red", "blue", "green")


@dataclass
class Pick:
    """Chooses among what there is."""

    random: Random
    count: int = 0

    def one(self, model: Any, **filters: Any) -> Any:
        """A row, or LookupError where there is none: then the edit does nothing."""
        ids = list(model.objects.filter(**filters).order_by("pk").values_list("pk", flat=True))
        if not ids:
            raise LookupError(model)
        return model.objects.get(pk=self.random.choice(ids))

    def word(self) -> str:
        """A text, another each time."""
        self.count += 1
        return f"{self.random.choice(WORDS)} {self.count} {self.random.randrange(10**9)}"

    def amount(self) -> Decimal:
        """A price."""
        return Decimal(self.random.randrange(1, 5000)) / 100


def door(edit: Door) -> Door:
    """Add the edit to DOORS."""
    DOORS[edit.__name__] = edit
    return edit


def sql(statement: str, *values: Any) -> None:
    """One statement by hand."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@door
def save_product(pick: Pick) -> None:
    product = pick.one(Product)
    product.title, product.meta_title = pick.word(), pick.word()
    product.description = f"<p>{pick.word()}</p>"
    product.save()


@door
def update_products(pick: Pick) -> None:
    changes: list[dict[str, Any]] = [
        {"title": pick.word()},
        {"meta_description": pick.word()},
        {"date_created": timezone.now()},
        {"unit_measure": "kg", "unit_content": pick.amount()},
        {"unit_measure": "", "unit_content": None},
        {"brand": pick.one(Brand)},
        {"brand": None},
    ]
    Product.objects.filter(pk__gte=pick.one(Product).pk).update(**pick.random.choice(changes))


@door
def write_product_by_hand(pick: Pick) -> None:
    product = pick.one(Product)
    statement = pick.random.choice(
        [
            "UPDATE catalogue_product SET is_public = NOT is_public WHERE id = %s",
            "UPDATE catalogue_product SET upc = 'U' || id || '-' || nextval('catalogue_product_id_seq') WHERE id = %s",
            "UPDATE catalogue_product SET slug = 's-' || nextval('catalogue_product_id_seq') WHERE id = %s",
            "UPDATE catalogue_product SET date_updated = clock_timestamp() WHERE id = %s",
        ]
    )
    sql(statement, product.pk)


@door
def create_and_import(pick: Pick) -> None:
    if pick.random.random() < 0.5:
        create_product(NewProduct(title=pick.word(), price=pick.amount(), changed_by=None, stock_quantity=1))
        return
    source = pick.random.choice([MUG, SHIRT])
    variants = tuple(replace(each, price=pick.amount(), quantity=pick.random.randrange(3)) for each in source.variants)
    load(replace(source, title=pick.word(), brand=pick.word(), type=pick.word(), variants=variants))


@door
def change_family(pick: Pick) -> None:
    parents = Product.objects.filter(structure="parent").order_by("pk")
    child = pick.one(Product, structure="child")
    action = pick.random.randrange(4)
    if action == 0:
        Product.objects.filter(pk=child.pk).update(parent=pick.random.choice(list(parents)))
    elif action == 1:
        child.delete()
    elif action == 2:
        Product.objects.create(structure="child", parent=pick.random.choice(list(parents)), title=pick.word())
    else:
        sql("UPDATE catalogue_product SET is_public = NOT is_public WHERE id = %s", child.pk)


@door
def withdraw_or_hide(pick: Pick) -> None:
    if pick.random.random() < 0.3:
        withdraw_product(pick.one(Product).pk)
    else:
        show_products([pick.one(Product).pk], is_public=pick.random.random() < 0.7)


@door
def change_category(pick: Pick) -> None:
    category = pick.one(Category)
    action = pick.random.randrange(6)
    if action == 0:
        category.name = pick.word()
        category.save()
    elif action == 1:
        sql("UPDATE catalogue_category SET name = %s, slug = 'c-' || id WHERE id = %s", pick.word(), category.pk)
    elif action == 2:
        target = pick.one(Category)
        if not (target == category or target.is_descendant_of(category)):
            category.move(target, "first-child")
    elif action == 3:
        category.is_public = not category.is_public
        category.save()
    elif action == 4:
        sql("UPDATE catalogue_category SET is_public = NOT is_public WHERE id = %s", category.pk)
    else:
        category.delete()


@door
def place_product(pick: Pick) -> None:
    product = pick.one(Product)
    if pick.random.random() < 0.5:
        product.categories.set([pick.one(Category)])
    else:
        ProductCategory.objects.filter(product=product).delete()


@door
def change_brand(pick: Pick) -> None:
    brand = pick.one(Brand)
    if pick.random.random() < 0.5:
        brand.name = pick.word()
        brand.save()
    else:
        sql("UPDATE catalogue_brand SET slug = 'b-' || nextval('catalogue_product_id_seq') WHERE id = %s", brand.pk)


@door
def change_attribute(pick: Pick) -> None:
    attribute = pick.one(ProductAttribute)
    action = pick.random.randrange(4)
    if action == 0:
        ProductAttribute.objects.filter(pk=attribute.pk).update(name=pick.word())
    elif action == 1:
        attribute.delete()
    elif action == 2:
        option = pick.one(AttributeOption)
        option.option = pick.word()
        option.save()
    else:
        sql("UPDATE catalogue_attributeoption SET option = 'o' || id || %s", pick.word())


@door
def change_value(pick: Pick) -> None:
    value = pick.one(ProductAttributeValue)
    action = pick.random.randrange(3)
    if action == 0:
        ProductAttributeValue.objects.filter(pk=value.pk).update(value_text=pick.word())
    elif action == 1:
        value.delete()
    else:
        many = pick.one(ProductAttributeValue, attribute__type="multi_option")
        many.value_multi_option.set(AttributeOption.objects.order_by("?" if pick.count % 2 else "pk")[:1])


@door
def change_option(pick: Pick) -> None:
    option, product = pick.one(Option), pick.one(Product)
    action = pick.random.randrange(5)
    if action == 0:
        option.name, option.price = pick.word(), pick.amount()
        option.save()
    elif action == 1:
        product.product_options.add(option)
    elif action == 2:
        product.product_options.clear()
    elif action == 3:
        pick.one(ProductClass).options.set([option] if pick.random.random() < 0.5 else [])
    else:
        AttributeOption.objects.update(price=pick.amount())


@door
def change_picture(pick: Pick) -> None:
    action = pick.random.randrange(4)
    if action == 0:
        ProductImage.objects.bulk_create([ProductImage(product=pick.one(Product), original=f"i/{pick.word()}.png")])
    elif action == 1:
        ProductImage.objects.filter(pk=pick.one(ProductImage).pk).update(caption=pick.word())
    elif action == 2:
        pick.one(ProductImage).delete()
    else:
        image = pick.one(ProductImage)
        image.renditions.all().delete()
        ImageRendition.objects.create(image=image, width=64, height=48, file="r/64.webp", source=image.original.name)


@door
def change_review(pick: Pick) -> None:
    if pick.random.random() < 0.5:
        product, status = pick.one(Product), pick.random.choice([ProductReview.APPROVED, ProductReview.FOR_MODERATION])
        ProductReview.objects.create(product=product, user=make_user(), score=4, title="t", body="b", status=status)
    else:
        review = pick.one(ProductReview)
        changes = [{"status": status} for status in (0, 1, 2)] + [{"score": pick.random.randrange(6)}]
        ProductReview.objects.filter(pk=review.pk).update(**pick.random.choice(changes))


@door
def delete_reviews(pick: Pick) -> None:
    if pick.random.random() < 0.5:
        ProductReview.objects.filter(product=pick.one(Product)).delete()
    else:
        sql("DELETE FROM reviews_productreview WHERE id = %s", pick.one(ProductReview).pk)


@door
def change_stock(pick: Pick) -> None:
    record = pick.one(StockRecord)
    action = pick.random.randrange(5)
    if action == 0:
        adjust_stock(record.pk, num_in_stock=pick.random.randrange(3), changed_by=None, reason="count")
    elif action == 1:
        allocate_stock({record.pk: 1})
    elif action == 2:
        change_terms(record.pk, changes={"backorder_limit": pick.random.randrange(3), "is_preorder": True})
    elif action == 3:
        StockRecord.objects.filter(pk=record.pk).update(num_in_stock=pick.random.randrange(3), num_allocated=0)
    else:
        sql("DELETE FROM partner_stockrecord WHERE id = %s", record.pk)


@door
def change_prices_of_records(pick: Pick) -> None:
    record = pick.one(StockRecord)
    action = pick.random.randrange(6)
    if action == 0:
        change_price(record.pk, price=pick.amount(), list_price=pick.amount(), changed_by=None, reason="sale")
    elif action == 1:
        change_prices({record.pk: PriceChange(percent=Decimal(-10))}, changed_by=None)
    elif action == 2:
        StockRecord.objects.update(price=pick.amount())
    elif action == 3:
        record.price, record.list_price = pick.amount(), None
        record.save()
    elif action == 4:
        sql("UPDATE partner_stockrecord SET price_currency = %s", pick.random.choice(["GBP", "EUR"]))
    else:
        StockRecord.objects.create(
            product=pick.one(Product, structure="standalone"),
            partner=default_partner(),
            partner_sku=pick.word()[:60],
            price=pick.amount(),
            num_in_stock=1,
        )


@door
def change_tax(pick: Pick) -> None:
    action = pick.random.randrange(3)
    if action == 0:
        named = pick.random.choice(["", pick.one(ProductClass).slug])
        TaxRate.objects.create(name=pick.word(), country="GB", product_class=named, rate=Decimal("0.05"))
    elif action == 1:
        TaxRate.objects.filter(pk=pick.one(TaxRate).pk).update(rate=Decimal(pick.random.randrange(30)) / 100)
    else:
        pick.one(TaxRate).delete()


@door
def change_class(pick: Pick) -> None:
    kind = pick.one(ProductClass)
    action = pick.random.randrange(3)
    if action == 0:
        sql("UPDATE catalogue_productclass SET track_stock = NOT track_stock WHERE id = %s", kind.pk)
    elif action == 1:
        ProductClass.objects.filter(pk=kind.pk).update(slug=f"k-{pick.random.randrange(10**9)}")
    else:
        Product.objects.filter(pk=pick.one(Product, parent=None).pk).update(product_class=kind)


@door
def change_offer(pick: Pick) -> None:
    offer = pick.one(ConditionalOffer)
    changes: list[dict[str, Any]] = [
        {"name": pick.word()},
        {"status": pick.random.choice([ConditionalOffer.OPEN, ConditionalOffer.SUSPENDED])},
        {"offer_type": pick.random.choice([ConditionalOffer.SITE, ConditionalOffer.VOUCHER])},
        {"start_datetime": timezone.now() + timedelta(days=pick.random.randrange(-2, 3))},
        {"end_datetime": timezone.now() + timedelta(days=pick.random.randrange(-2, 3))},
        {"max_global_applications": 2, "num_applications": pick.random.randrange(4)},
        {"priority": pick.random.randrange(9)},
        {"condition": pick.one(Condition), "benefit": pick.one(Benefit)},
    ]
    action = pick.random.randrange(10)
    if action == 0:
        offer.delete()
    elif action == 1:
        parts = {"condition": pick.one(Condition), "benefit": pick.one(Benefit)}
        ConditionalOffer.objects.create(name=pick.word(), **parts)
    elif action == 2:
        pick.one(Condition).delete()
    elif action == 3:
        part: Any = pick.random.choice([Condition, Benefit])
        part.objects.filter(pk=pick.one(part).pk).update(range=pick.one(Range))
    else:
        ConditionalOffer.objects.filter(pk=offer.pk).update(**pick.random.choice(changes))


@door
def change_range(pick: Pick) -> None:
    listed, product, category = pick.one(Range), pick.one(Product), pick.one(Category)
    action = pick.random.randrange(7)
    if action == 0:
        sql("UPDATE offer_range SET includes_all_products = NOT includes_all_products WHERE id = %s", listed.pk)
    elif action == 1:
        listed.add_product(product)
    elif action == 2:
        listed.remove_product(product)
    elif action == 3:
        listed.included_categories.set([category] if pick.random.random() < 0.7 else [])
    elif action == 4:
        listed.excluded_categories.set([category] if pick.random.random() < 0.7 else [])
    elif action == 5:
        listed.classes.set([pick.one(ProductClass)] if pick.random.random() < 0.7 else [])
    else:
        listed.delete()


def make_shop() -> None:
    """A little of everything that a document shows."""
    top = make_category("Top")
    below, other = make_category("Below", top), make_category("Other")
    brand = Brand.objects.create(name="Acme", slug="acme")
    Brand.objects.create(name="Zenith", slug="zenith")
    products = [make_product(f"Thing {n}", category_ids=[below.pk, other.pk]) for n in range(4)]
    products += [make_parent(f"Shirt {n}", {"S": ("9.00", 1), "L": ("8.00", 0)})[0] for n in range(2)]
    group = AttributeOptionGroup.objects.create(name="Colours")
    colours = [AttributeOption.objects.create(group=group, option=code) for code in CODES]
    for product in (products[0], products[-1]):
        for kind in ("text", "option", "multi_option"):
            attribute = ProductAttribute.objects.create(
                product_class=product.product_class, name=kind, code=f"a_{kind}", type=kind, option_group=group
            )
            value = ProductAttributeValue.objects.create(product=product, attribute=attribute, value_text="x")
            if kind == "option":
                ProductAttributeValue.objects.filter(pk=value.pk).update(value_option=colours[0])
            elif kind == "multi_option":
                value.value_multi_option.set(colours)
        image = ProductImage.objects.create(product=product, original=f"i/{product.pk}.png")
        ImageRendition.objects.create(image=image, width=32, height=32, file="r/32.webp", source=image.original.name)
    wrap = Option.objects.create(name="Wrap", code="wrap", type="select", option_group=group)
    products[1].product_options.add(wrap)
    products[0].product_class.options.add(Option.objects.create(name="Text", code="text", type="text"))
    ProductReview.objects.create(product=products[0], user=make_user(), score=5, title="t", body="b", status=1)
    TaxRate.objects.create(name="VAT", country="GB", rate=Decimal("0.2"))
    Product.objects.filter(pk=products[0].pk).update(brand=brand, unit_measure="g", unit_content=5)
    for number, listed in enumerate(products[:3]):
        ranges = [Range.objects.create(name=f"Range {number}"), Range.objects.create(name=f"Gifts {number}")]
        ranges[0].add_product(listed)
        ranges[1].included_categories.add(other)
        ConditionalOffer.objects.create(
            name=f"Offer {number}",
            condition=Condition.objects.create(range=ranges[0], type="Count", value=1),
            benefit=Benefit.objects.create(range=ranges[1], type="Percentage", value=10),
        )
