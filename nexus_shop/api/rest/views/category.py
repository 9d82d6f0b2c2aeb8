"""Categories, and what else a storefront offers to choose from: brands, attributes, options."""

import hashlib
from collections.abc import Callable
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from oscarapi.views import product as oscarapi

from forked_apps.catalogue.categories import create_category
from forked_apps.catalogue.category_pictures import ensure_picture_stored
from forked_apps.search import offered
from forked_apps.search.categories import category_detail, category_tree, moved_category
from nexus_shop.api.rest.base import View
from nexus_shop.api.rest.errors import ApiError
from nexus_shop.api.rest.keys import key_of
from nexus_shop.api.rest.listing import MAX_DEPTH
from nexus_shop.api.rest.memo import BODIES
from nexus_shop.api.rest.rendering import to_json
from nexus_shop.api.rest.schema import problems
from nexus_shop.api.rest.serializers import admin_catalogue as admin_shapes
from nexus_shop.api.rest.serializers import category as shapes
from nexus_shop.api.rest.serializers.listing import PageParameters
from nexus_shop.core.errors import NotFound
from nexus_shop.core.languages import active_language

from .admin_catalogue import category_answer

CATEGORIES = "/api/v1/categories/"


def _digest(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=16).hexdigest()


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
        """Public categories as a list of roots, with the number of products listed in each and below it.

        `root` limits it to what stands below one, `depth` to some levels.
        """
        query, language = self.parameters(shapes.TreeParameters), active_language()
        key = ("categories", language, query["root"], query["depth"])
        kept = BODIES.get(key)
        try:
            tree, version = category_tree(
                query["root"],
                depth=query["depth"],
                language=language,
                known=[*self.known(), kept.version],
            )
        except NotFound:
            raise ApiError("not_found", parameter="root") from None
        body = kept.body if kept.version == version else None  # None: the client has it
        if tree is not None:
            body = BODIES.keep(key, version, to_json(tree))
        return self.public(body, digest=version, tags="categories")

    @extend_schema(
        summary="Create a category",
        request=admin_shapes.AdminCategoryInput,
        responses={201: admin_shapes.AdminCategory, **problems(400, 401, 403, 404, 409, 413, 415, 422, 429)},
    )
    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """For staff: the same as `admin/categories/`, where the category is changed and deleted."""
        data = self.parsed(admin_shapes.AdminCategoryInput)
        ensure_picture_stored(data)
        return self.write(lambda: create_category(data), category_answer)


class CategoryDetail(View):
    """`categories/{id or path}/`."""

    is_public = True
    serializer_class: ClassVar[Any] = shapes.CategoryDetail

    @extend_schema(
        operation_id="getCategory",
        summary="Read a category",
        parameters=[OpenApiParameter("key", str, OpenApiParameter.PATH, description="Id, or the path of slugs.")],
        responses={
            200: shapes.CategoryDetail,
            301: OpenApiResponse(description="The path is an old one: `Location` has the new one."),
            **problems(400, 404, 429),
        },
        auth=[],
    )
    def get(self, request: Any, key: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """A public category by its id or path of slugs (`men/shoes`). An old path leads to the new one."""
        wanted = key_of(key.strip("/"))
        found = category_detail(wanted, language=active_language())
        if found is None:
            return self._moved(wanted)
        body = to_json(found)
        return self.public(body, digest=_digest(body), tags=f"categories, category-{found['id']}")

    def _moved(self, key: int | str) -> HttpResponse:
        path = moved_category(key, language=active_language()) if isinstance(key, str) else None
        if path is None:
            raise ApiError("not_found")
        query = self.request.META.get("QUERY_STRING", "")
        return self.elsewhere(f"{CATEGORIES}{quote(path)}/", query, tags="categories")


class _PagedView(View):
    """A list by pages."""

    is_public = True
    query_parameters = frozenset(PageParameters().fields)

    def _page(self, read: Callable[..., offered.Listed], tag: str, render: Callable[[Any], Any]) -> HttpResponse:
        query = self.parameters(PageParameters)
        page, size = query["page"], query["page_size"]
        if page * size > MAX_DEPTH:
            raise ApiError("page_too_deep", "The list goes no deeper than 10,000.", parameter="page")
        found = read(limit=size, offset=(page - 1) * size)
        following = self._url(page + 1) if found.has_next and (page + 1) * size <= MAX_DEPTH else None
        previous = self._url(page - 1) if page > 1 else None
        body = to_json(
            {
                "results": [render(row) for row in found.rows],
                "next": following,
                "previous": previous,
                "count": found.count,
            }
        )
        links = {"next": following, "prev": previous}
        link = ", ".join(f'<{url}>; rel="{name}"' for name, url in links.items() if url)
        return self.public(body, digest=_digest(body), tags=tag, link=link)

    def _url(self, page: int) -> str:
        return f"{self.request.path}?{urlencode(self.request.GET.dict() | {'page': str(page)})}"


class BrandList(_PagedView):
    """`brands/`."""

    @extend_schema(
        operation_id="listBrands",
        summary="List brands",
        parameters=[PageParameters],
        responses={200: shapes.BrandPage, **problems(400, 429)},
        auth=[],
    )
    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Brands by name, with the number of products listed of each."""
        return self._page(lambda **part: offered.brands(language=active_language(), **part), "brands", lambda row: row)


class BrandDetail(View):
    """`brands/{slug}/`."""

    is_public = True

    @extend_schema(
        operation_id="getBrand",
        summary="Read a brand",
        parameters=[OpenApiParameter("slug", str, OpenApiParameter.PATH, description="Slug or id.")],
        responses={200: shapes.Brand, **problems(400, 404, 429)},
        auth=[],
    )
    def get(self, request: Any, slug: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """A brand, with the number of its listed products."""
        found = offered.brand(key_of(slug), language=active_language())
        if found is None:
            raise ApiError("not_found")
        body = to_json(found)
        return self.public(body, digest=_digest(body), tags="brands")


class AttributeList(_PagedView):
    """`attributes/`."""

    @extend_schema(
        operation_id="listAttributes",
        summary="List attributes",
        parameters=[PageParameters],
        responses={200: shapes.AttributePage, **problems(400, 429)},
        auth=[],
    )
    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """What products can be filtered by, with the values in use: of each attribute those of most products."""
        return self._page(
            lambda **part: offered.attributes(language=active_language(), **part), "attributes", lambda row: row
        )


class OptionList(_PagedView):
    """`options/`."""

    @extend_schema(
        operation_id="listOptions",
        summary="List options",
        parameters=[PageParameters],
        responses={200: shapes.OptionPage, **problems(400, 429)},
        auth=[],
    )
    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """What shoppers may be asked when they add a product to the cart. A product's detail has its own, with tax."""
        return self._page(lambda **part: offered.options(language=active_language(), **part), "options", _option)


def _option(row: dict[str, Any]) -> dict[str, Any]:
    choices = [each | {"extra_price": _money(each["extra_price"])} for each in row["choices"]]
    return row | {"extra_price": _money(row["extra_price"]), "choices": choices}


def _money(amount: Any) -> dict[str, str]:
    return {"amount": str(amount), "currency": settings.OSCAR_DEFAULT_CURRENCY}
