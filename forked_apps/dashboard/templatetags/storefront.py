"""What the dashboard's templates ask about the storefront."""

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def has_storefront() -> bool:
    """Whether links to the shop's own pages lead anywhere."""
    return bool(settings.STOREFRONT_URL)
