"""Products with price and stock, made in one go."""

from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db import IntegrityError
from django.db import transaction as django_transaction
from oscar.core.utils import slugify

from forked_apps.catalogue.errors import SkuTaken
from forked_apps.catalogue.models import ProductClass
from forked_apps.catalogue.operations import add_product, product_class_named
from nexus_shop.core.errors import NotFound
from nexus_shop.core.transactions import transaction, violated

from .models import Partner, StockRecord
from .operations import explain_stock


@dataclass(frozen=True, slots=True)
class NewProduct:
    """A stand-alone product to be sold, at prices as entered, in the shop's currency; the partner is the default one.

    `product_class` names one that is there; None is the default one.
    """

    title: str
    price: Decimal
    changed_by: int | None
    description: str = ""
    list_price: Decimal | None = None
    category_ids: tuple[int, ...] | list[int] = ()
    stock_quantity: int = 0
    sku: str | None = None
    product_class: str | None = None


@transaction(before_commit="documents")
def create_product(wanted: NewProduct) -> int:
    """Write product, categories and stock record, and its document; returns the product's id.

    Raises NotFound for a category or a product class, SkuTaken.
    """
    product = add_product(
        wanted.title,
        product_class=_product_class(wanted.product_class),
        description=wanted.description,
        sku=wanted.sku,
        category_ids=list(wanted.category_ids),
    )
    try:
        with django_transaction.atomic():
            explain_stock("new product", changed_by=wanted.changed_by)
            StockRecord.objects.create(
                product=product,
                partner=default_partner(),
                partner_sku=wanted.sku or f"product-{product.pk}",
                price_currency=settings.OSCAR_DEFAULT_CURRENCY,
                price=wanted.price,
                list_price=wanted.list_price,
                num_in_stock=wanted.stock_quantity,
                num_allocated=0,
            )
    except IntegrityError as clash:
        if not violated(clash).startswith("partner_stockrecord_partner_id_partner_sku"):
            raise
        raise SkuTaken(pointer="/sku") from None
    return int(product.pk)


def _product_class(name: str | None) -> ProductClass:
    """The class of that slug or name; the default one, made when missing, where none is named."""
    if name is None:
        return product_class_named(settings.DEFAULT_PRODUCT_CLASS)
    found: ProductClass | None = ProductClass.objects.filter(slug=slugify(name)).first()
    if found is None:
        raise NotFound(pointer="/product_class")
    return found


def default_partner() -> Partner:
    """The partner of products made without one, made when missing: the unique code lets rivals find it."""
    name = settings.DEFAULT_PARTNER
    found: Partner = Partner.objects.get_or_create(code=slugify(name), defaults={"name": name})[0]
    return found
