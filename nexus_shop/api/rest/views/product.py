"""Products and categories: read from documents, one statement each."""

import hashlib
from typing import Any, ClassVar, Final
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from oscarapi.views import product as oscarapi

from forked_apps.catalogue.queries import category_tree
from forked_apps.partner.products import NewProduct, create_product
from forked_apps.search.queries import Filters, Page, product_detail, product_page
from nexus_shop.api.rest.base import View, answer
from nexus_shop.api.rest.errors import ApiError
from nexus_shop.api.rest.rendering import to_json
from nexus_shop.api.rest.schema import problems
from nexus_shop.api.rest.serializers import product as shapes
from nexus_shop.core.errors import NotFound
from nexus_shop.core.languages import active_language

MAX_DEPTH: Final = 10_000


def digest_of(body: bytes) -> str:
    """The digest of a body, for its strong ETag."""
    return hashlib.blake2b(body, digest_size=16).hexdigest()


class ProductList(View, oscarapi.ProductList):
    """oscarapi 3.3.0 lists unpublished products and children, the whole catalogue at once, without prices."""

    is_public = True
    query_parameters = frozenset(shapes.ListParameters().fields)
    serializer_class: ClassVar[Any] = shapes.ProductCard

    @extend_schema(
        operation_id="listProducts",
        summary="List products",
        parameters=[shapes.ListParameters],
        responses={200: shapes.ProductPage, **problems(400, 404, 429)},
        auth=[],
    )
    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Public products and parents, newest first unless `ordering` says else; variants stand in their parent."""
        query = self.parameters(shapes.ListParameters)
        page, size = query["page"], query["page_size"]
        if page * size > MAX_DEPTH:
            raise ApiError("page_too_deep", "Narrow the list: it goes no deeper than 10,000.", parameter="page")
        found = self._page(query, limit=size, offset=(page - 1) * size)
        has_next = found.has_next and (page + 1) * size <= MAX_DEPTH
        following = self._page_url(page + 1) if has_next else None
        previous = self._page_url(page - 1) if page > 1 else None
        body = _page_body(found, following, previous)
        return self.public(body, digest=digest_of(body), tags="products", link=_links(following, previous))

    @extend_schema(
        operation_id="createProduct",
        summary="Create a product",
        request=shapes.NewProduct,
        responses={201: shapes.ProductDetail, **problems(400, 401, 403, 404, 409, 413, 415, 422, 429)},
    )
    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """A public stand-alone product with its price and stock, for staff. `sku` is unique in the shop."""
        data = self.parsed(shapes.NewProduct)
        wanted = NewProduct(changed_by=request.user.pk, **data)

        def render(product_id: int) -> Any:
            found = product_detail(product_id, language=active_language())
            assert found is not None
            result = answer(None, status=201, headers={"Location": settings.PRODUCT_URL.format(id=product_id)})
            return type(result)(result.status, found[0].encode(), result.headers)

        return self.write(lambda: create_product(wanted), render)

    @staticmethod
    def _page(query: dict[str, Any], *, limit: int, offset: int) -> Page:
        try:
            return product_page(
                language=active_language(),
                filters=_filters(query),
                ordering=query["ordering"],
                limit=limit,
                offset=offset,
                count_exactly=query.get("count") == "exact",
            )
        except NotFound:
            raise ApiError("not_found", parameter="category") from None

    def _page_url(self, page: int) -> str:
        query = self.request.GET.dict() | {"page": str(page)}
        return f"{self.request.path}?{urlencode(query)}"


def _filters(query: dict[str, Any]) -> Filters:
    category: str | int | None = query.get("category")
    if isinstance(category, str) and category.isascii() and category.isdigit():
        category = min(int(category), 2**31 - 1)
    return Filters(category, query.get("price_min"), query.get("price_max"), query["in_stock"])


def _page_body(page: Page, following: str | None, previous: str | None) -> bytes:
    tail = to_json({"next": following, "previous": previous, "count": page.count})
    return b'{"results":[' + page.cards.encode() + b"]," + tail[1:]


def _links(following: str | None, previous: str | None) -> str:
    links = {"next": following, "prev": previous}
    return ", ".join(f'<{url}>; rel="{name}"' for name, url in links.items() if url)


class ProductDetail(View, oscarapi.ProductDetail):
    """oscarapi 3.3.0 shows unpublished products, and prices only by another request."""

    is_public = True
    serializer_class: ClassVar[Any] = shapes.ProductDetail

    @extend_schema(
        operation_id="getProduct",
        summary="Read a product",
        parameters=[OpenApiParameter("key", str, OpenApiParameter.PATH, description="Id, slug, or `sku:…`.")],
        responses={200: shapes.ProductDetail, **problems(400, 404, 429)},
        auth=[],
    )
    def get(self, request: Any, key: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """A public product whole: price, availability, variants, pictures, attributes."""
        wanted: int | str = int(key) if key.isascii() and key.isdigit() and len(key) < 10 else key
        found = product_detail(wanted, language=active_language())
        if found is None:
            raise ApiError("not_found")
        body, digest = found
        return self.public(body, digest=digest, tags=f"product-{wanted}" if isinstance(wanted, int) else "products")


class CategoryList(View, oscarapi.CategoryList):
    """oscarapi 3.3.0 lists hidden categories and asks the database for each one's path."""

    is_public = True
    query_parameters = frozenset(shapes.TreeParameters().fields)
    serializer_class: ClassVar[Any] = shapes.Category

    @extend_schema(
        summary="Read the category tree",
        parameters=[shapes.TreeParameters],
        responses={200: shapes.Category(many=True), **problems(400, 404, 429)},
        auth=[],
    )
    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Public categories as a list of roots; `root` limits it to what stands below one, `depth` to some levels."""
        query = self.parameters(shapes.TreeParameters)
        try:
            body = to_json(category_tree(query["root"], language=active_language(), depth=query["depth"]))
        except NotFound:
            raise ApiError("not_found", parameter="root") from None
        return self.public(body, digest=digest_of(body), tags="categories")


__all__ = ["CategoryList", "ProductDetail", "ProductList"]
