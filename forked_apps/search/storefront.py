"""Where the storefront shows things: absolute where its address is known, else paths. Never the request's host."""

from django.conf import settings


def page_address(path: str) -> str:
    """The address of a page; what merchants wrote with a host of its own stays as it is."""
    return f"{settings.STOREFRONT_URL.rstrip('/')}{path}" if path.startswith("/") else path


def product_page(pk: int, slug: str) -> str:
    """The page of a product."""
    return page_address(settings.PRODUCT_PAGE_URL.format(id=pk, slug=slug))


def category_page(pk: int, path: str) -> str:
    """The page of a category, by its path of slugs."""
    return page_address(settings.CATEGORY_PAGE_URL.format(id=pk, path=path))
