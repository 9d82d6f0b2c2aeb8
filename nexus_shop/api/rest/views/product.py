"""Products: read from documents, one statement each."""

import hashlib
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from oscarapi.views import product as oscarapi

from forked_apps.partner.products import NewProduct, create_product
from forked_apps.partner.queries import own_partner_id
from forked_apps.search.categories import moved_category
from forked_apps.search.offered import moved_product
from forked_apps.search.pages import Content, product_page
from forked_apps.search.queries import product_detail
from nexus_shop.api.rest.base import View, answer
from nexus_shop.api.rest.errors import ApiError
from nexus_shop.api.rest.keys import key_of
from nexus_shop.api.rest.listing import (
    ATTRIBUTE,
    ATTRIBUTES,
    attributes_of,
    filters_of,
    links_of,
    picked,
    shown_of,
    unknown_attribute,
)
from nexus_shop.api.rest.memo import BODIES
from nexus_shop.api.rest.rendering import to_json
from nexus_shop.api.rest.schema import problems
from nexus_shop.api.rest.serializers import listing
from nexus_shop.api.rest.serializers import product as shapes
from nexus_shop.core.languages import active_language

from .admin_products import KEY
from .category import CategoryDetail, CategoryList
from .product_writes import ProductWrites

MOVED: dict[Any, Any] = {301: OpenApiResponse(description="The slug is an old one: `Location` has the new one.")}

MOVED_CATEGORY: dict[Any, Any] = {
    301: OpenApiResponse(description="The path of the category is an old one: `Location` has the list of the new one.")
}


def digest_of(body: bytes) -> str:
    """The digest of a body, for its strong ETag."""
    return hashlib.blake2b(body, digest_size=16).hexdigest()


def tag_of(product_id: int) -> str:
    """What a cache purges when the product changes."""
    return f"product-{product_id}"


class ProductView(View):
    """A view of one public product, or of something beside it."""

    is_public = True

    def moved(self, key: int | str) -> HttpResponse:
        """The way to the new address, where the key is a slug of before. Raises ApiError."""
        is_slug = isinstance(key, str) and not key.startswith("sku:")
        slug = moved_product(str(key), language=active_language()) if is_slug else None
        if slug is None:
            raise ApiError("not_found")
        rest = f"{self.part}/" if self.part else ""
        query = self.request.META.get("QUERY_STRING", "")
        return self.elsewhere(f"{settings.PRODUCT_URL.format(id=quote(slug))}{rest}", query, tags="products")

    #: The word behind the key in the address.
    part: ClassVar[str] = ""


class ProductList(View, oscarapi.ProductList):
    """oscarapi 3.3.0 lists unpublished products and children, the whole catalogue at once, without prices."""

    is_public = True
    query_parameters = frozenset(listing.ListParameters().get_fields())
    query_prefix = ATTRIBUTE
    serializer_class: ClassVar[Any] = shapes.ProductCard

    @extend_schema(
        operation_id="listProducts",
        summary="List products",
        parameters=[listing.ListParameters, ATTRIBUTES],
        responses={200: listing.ProductPage, **MOVED_CATEGORY, **problems(400, 404, 429)},
        auth=[],
    )
    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Public products and parents, newest first unless `ordering` says else; variants stand in their parent.

        `attr.<code>=a,b` lets those pass that have one of the values (a parent: one of its variants has it), each
        code once. `facets` are not offered yet: a parameter that the list does not know is refused.
        """
        asked = request.GET.dict()
        attributes = attributes_of(asked)
        query = self.parameters(listing.ListParameters, but=ATTRIBUTE)
        shown = shown_of(query, asked, attributes)
        language, path = active_language(), request.get_full_path()
        key = ("products", language, path)
        kept = BODIES.get(key)
        found = product_page(
            filters_of(query, attributes),
            shown.window,
            language=language,
            content=Content(shown.column, path, [*self.known(), kept.version]),
        )
        if found.unknown is not None:
            return self._unknown(found.unknown, asked)
        following, previous = links_of(request.path, asked, shown, found)
        body = kept.body if kept.version == found.version else None  # None: the client has it
        if found.texts is not None:
            cards = ",".join(picked(text, shown.fields, shown.expanded, listing.CARD) for text in found.texts)
            tail = to_json({"next": following, "previous": previous, "count": found.count})
            body = BODIES.keep(key, found.version, b'{"results":[' + cards.encode() + b"]," + tail[1:])
        return self.public(body, digest=found.version, tags="products", link=_links(following, previous))

    def _unknown(self, name: str, asked: dict[str, str]) -> HttpResponse:
        """The way to the list of the category that was renamed or moved. Raises ApiError for whatever else."""
        if name.startswith(ATTRIBUTE):
            raise unknown_attribute(name)
        path = moved_category(asked[name], language=active_language()) if name == "category" else None
        if path is None:
            raise ApiError("not_found", parameter=name)
        return self.elsewhere(self.request.path, urlencode(asked | {"category": path}), tags="products, categories")

    @extend_schema(
        operation_id="createProduct",
        summary="Create a product",
        request=shapes.NewProduct,
        responses={201: shapes.ProductDetail, **problems(400, 401, 403, 404, 409, 413, 415, 422, 429)},
    )
    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """A public stand-alone product with its price and stock, for staff and partner staff, whose partner sells it.

        `sku` is unique in the shop.
        """
        data = self.parsed(shapes.NewProduct)
        wanted = NewProduct(changed_by=request.user.pk, partner_id=own_partner_id(request.user), **data)

        def render(product_id: int) -> Any:
            found = product_detail(product_id, language=active_language())
            assert found is not None
            result = answer(None, status=201, headers={"Location": settings.PRODUCT_URL.format(id=product_id)})
            return type(result)(result.status, found[0].encode(), result.headers)

        return self.write(lambda: create_product(wanted), render)


def _links(following: str | None, previous: str | None) -> str:
    links = {"next": following, "prev": previous}
    return ", ".join(f'<{url}>; rel="{name}"' for name, url in links.items() if url)


class ProductDetail(ProductWrites, ProductView, oscarapi.ProductDetail):
    """oscarapi 3.3.0 shows unpublished products, and prices only by another request."""

    query_parameters = frozenset(listing.DetailParameters().get_fields())
    serializer_class: ClassVar[Any] = shapes.ProductDetail

    @extend_schema(
        operation_id="getProduct",
        summary="Read a product",
        parameters=[KEY, listing.DetailParameters],
        responses={200: listing.ListedProduct, **MOVED, **problems(400, 404, 429)},
        auth=[],
    )
    def get(self, request: Any, key: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """A public product whole: price, availability, variants, pictures, attributes. An old slug leads to the new."""
        wanted = key_of(key)
        query = self.parameters(listing.DetailParameters) if request.GET else {}
        fields, expanded = query.get("fields", ()), query.get("expand", ())
        asked = f"{','.join(fields)}|{','.join(expanded)}"
        ending = f"-{digest_of(asked.encode())[:16]}" if fields or expanded else ""
        known = [each.removesuffix(ending) for each in self.known() if each.endswith(ending)]
        found = product_detail(wanted, language=active_language(), known=known)
        if found is None:
            return self.moved(wanted)
        text, digest, product_id = found
        body = picked(text, fields, expanded, listing.DETAIL) if text else None
        return self.public(body, digest=digest + ending, tags=tag_of(product_id))


__all__ = ["CategoryDetail", "CategoryList", "ProductDetail", "ProductList"]
