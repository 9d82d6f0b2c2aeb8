"""Products, carts, orders and people. Defaults: 10.00 GBP gross, 20 % tax inside, 5 in stock."""

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.utils import timezone
from oscar.apps.catalogue.reviews.models import ProductReview

from forked_apps.address.models import Country
from forked_apps.address.validation import PostalAddress
from forked_apps.basket.operations import Wanted
from forked_apps.catalogue.models import Category, Product
from forked_apps.catalogue.operations import product_class_named
from forked_apps.checkout.operations import Details, place_order
from forked_apps.offer.models import Benefit, Condition, ConditionalOffer, Range
from forked_apps.order.models import Order
from forked_apps.partner.models import StockRecord
from forked_apps.partner.products import NewProduct, create_product, default_partner
from forked_apps.search.operations import rebuild
from forked_apps.voucher.models import Voucher
from nexus_shop.accounts.models import User
from nexus_shop.core.models import OutboxEvent

_numbers = count(1)


def make_product(title: str = "", *, price: str = "10.00", stock: int = 5, **options: Any) -> Product:
    """A public stand-alone product with its document; that it was published, and its price, is told already."""
    number = next(_numbers)
    if "product_class" in options:
        product_class_named(options["product_class"])
    wanted = NewProduct(
        title=title or f"Product {number}",
        price=Decimal(price),
        stock_quantity=stock,
        sku=options.pop("sku", f"SKU-{number}"),
        changed_by=None,
        **options,
    )
    product = Product.objects.get(pk=create_product(wanted))
    OutboxEvent.objects.filter(name__in=("ProductPublished", "PriceChanged"), payload__product_id=product.pk).delete()
    return product


def make_parent(title: str, children: dict[str, tuple[str, int]], **options: Any) -> tuple[Product, list[Product]]:
    """A parent and its children: child title -> (price, stock). To be called in a transaction."""
    product_class = product_class_named(options.pop("product_class", "Clothes"))
    parent = Product.objects.create(structure=Product.PARENT, title=title, product_class=product_class, **options)
    made = []
    for name, (price, stock) in children.items():
        number = next(_numbers)
        child = Product.objects.create(structure=Product.CHILD, parent=parent, title=name, upc=f"SKU-{number}")
        StockRecord.objects.create(
            product=child,
            partner=default_partner(),
            partner_sku=f"SKU-{number}",
            price=Decimal(price),
            num_in_stock=stock,
            num_allocated=0,
        )
        made.append(child)
    rebuild([parent.pk])
    return parent, made


def make_reviews(product: Product, *scores: int) -> None:
    """Approved reviews of these scores."""
    for score in scores:
        ProductReview.objects.create(
            product=product, user=make_user(), score=score, title="t", body="b", status=ProductReview.APPROVED
        )


def make_category(name: str = "Things", parent: Category | None = None) -> Category:
    """A public category."""
    made: Category = parent.add_child(name=name) if parent else Category.add_root(name=name)
    return made


def make_user(email: str = "", **options: Any) -> User:
    """A customer; the password is `secret-password`."""
    number = next(_numbers)
    email = email or f"user{number}@example.com"
    return User.objects.create_user(options.pop("username", f"user{number}"), email, "secret-password", **options)


def make_country(code: str = "US", *, is_served: bool = True) -> Country:
    """A country that the shop delivers to."""
    defaults = {"printable_name": code, "name": code, "iso_3166_1_a3": f"{code}X", "is_shipping_country": is_served}
    made: Country = Country.objects.update_or_create(iso_3166_1_a2=code, defaults=defaults)[0]
    return made


ADDRESS = PostalAddress(
    country="US",
    line1="1 Main St",
    line4="Beverly Hills",
    state="CA",
    postcode="90210",
    first_name="Ann",
    last_name="Lee",
)
ADDRESS_JSON = {
    "first_name": "Ann",
    "last_name": "Lee",
    "line1": "1 Main St",
    "line4": "Beverly Hills",
    "state": "CA",
    "postcode": "90210",
    "country": "US",
}


def make_order(*products: Product, quantity: int = 1, user: User | None = None, **details: Any) -> Order:
    """An order of the products for a customer, placed as the API's one-shot does."""
    make_country("US")
    customer = user or make_user()
    wanted = [Wanted(product.pk, quantity) for product in products]
    return place_order(wanted, details=Details(user_id=customer.pk, shipping_address=ADDRESS, **details))


def make_offer(percent: int = 10, *, name: str = "", **options: Any) -> ConditionalOffer:
    """A site offer of so many percent off everything, from the first piece on."""
    number = next(_numbers)
    everything = Range.objects.create(name=f"Range {number}", includes_all_products=True)
    return ConditionalOffer.objects.create(
        name=name or f"{percent} % off ({number})",
        condition=Condition.objects.create(range=everything, type="Count", value=1),
        benefit=Benefit.objects.create(range=everything, type="Percentage", value=percent),
        **options,
    )


def make_voucher(code: str = "SAVE", *, usage: str = Voucher.MULTI_USE, **dates: datetime) -> Voucher:
    """A voucher for half of everything, valid now unless `start` or `end` say else."""
    now = timezone.now()
    voucher = Voucher.objects.create(
        name=f"Voucher {code}",
        code=code,
        usage=usage,
        start_datetime=dates.get("start", now - timedelta(days=1)),
        end_datetime=dates.get("end", now + timedelta(days=1)),
    )
    voucher.offers.add(make_offer(50, name=f"Half with {code}", offer_type=ConditionalOffer.VOUCHER))
    return voucher


def stock_of(product: Product) -> tuple[int | None, int | None]:
    """(in stock, allocated) of the product's one stock record, as the database has it."""
    record = StockRecord.objects.get(product=product)
    return record.num_in_stock, record.num_allocated
