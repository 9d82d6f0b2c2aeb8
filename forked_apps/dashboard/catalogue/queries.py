"""Whose a product is: partner staff see what their partner sells, and own only what nobody else sells."""

from forked_apps.catalogue.models import Product
from forked_apps.partner.queries import products_of
from nexus_shop.accounts.models import User


def owns(user: User, product: Product) -> bool:
    """Whether the user may change what all sellers of the product share: texts, pictures, being public."""
    return products_of(user).filter(pk=product.pk).exists()


def owned_ids(user: User, product_ids: list[int]) -> list[int]:
    """Those of the products that the user may change."""
    own = set(products_of(user).filter(pk__in=product_ids).values_list("pk", flat=True))
    return [pk for pk in product_ids if pk in own]
