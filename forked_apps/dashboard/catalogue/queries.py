"""Whose a product is: partner staff see what their partner sells, and own only what nobody else sells."""

from django.db.models import Q

from forked_apps.catalogue.models import Product
from forked_apps.partner.models import StockRecord
from forked_apps.partner.queries import partners_of
from nexus_shop.accounts.models import User


def sold_by_others(user: User) -> Q:
    """Stock records of partners that the user does not work for."""
    return ~Q(partner__in=partners_of(user))


def owns(user: User, product: Product) -> bool:
    """Whether the user may change what all sellers of the product share: texts, pictures, being public."""
    if user.is_staff:
        return True
    family = Q(product=product) | Q(product__parent=product)
    if product.parent_id is not None:
        family |= Q(product__parent=product.parent_id) | Q(product=product.parent_id)
    return not StockRecord.objects.filter(family).filter(sold_by_others(user)).exists()


def owned_ids(user: User, product_ids: list[int]) -> list[int]:
    """Those of the products that the user may change."""
    if user.is_staff:
        return product_ids
    return [product.pk for product in Product.objects.filter(pk__in=product_ids) if owns(user, product)]
