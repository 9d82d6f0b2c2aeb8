"""What the forms' fields look up while somebody types: products, and categories."""

from typing import Any, Final

from django.db.models import CharField, QuerySet
from django.db.models.expressions import RawSQL
from django.http import HttpRequest, HttpResponse, JsonResponse
from oscar.apps.dashboard.catalogue.views import ProductLookupView as OscarProductLookupView
from oscar.views.generic import ObjectLookupView

from forked_apps.catalogue.addresses import PATH_STEP
from forked_apps.catalogue.models import Category

#: The names from the root down to a category.
_WAY: Final = f"""
    (SELECT string_agg(a.name, ' > ' ORDER BY a.depth) FROM catalogue_category a
     WHERE a.path = ANY(ARRAY(SELECT left(catalogue_category.path, n * {PATH_STEP})
                              FROM generate_series(1, catalogue_category.depth) n)))
"""


class _AskedSensibly:
    """Oscar 4.2.1 fails on a page or an id that is no number, and on words that PostgreSQL cannot hold."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """What was found; an empty answer for a senseless question."""
        asked = [request.GET.get(name, "1") for name in ("page", "page_limit")]
        asked += request.GET.get("initial", "1").split(",")
        makes_sense = all(text.isascii() and text.isdigit() and len(text) < 10 and int(text) > 0 for text in asked)
        if not makes_sense or "\0" in request.GET.get("q", ""):
            return JsonResponse({"results": [], "pagination": {"more": False}})
        response: HttpResponse = super().get(request)  # type: ignore[misc]
        return response


class ProductLookupView(_AskedSensibly, OscarProductLookupView):
    """Products by title."""


def with_ways(categories: QuerySet[Category]) -> QuerySet[Category]:
    """The categories, each with its name and those above it as `way`, in the same statement."""
    return categories.annotate(way=RawSQL(_WAY, (), CharField()))  # noqa: S611


class CategoryLookupView(_AskedSensibly, ObjectLookupView):
    """Categories by name, in the order of the tree, each with the names above it."""

    def get_queryset(self) -> QuerySet[Category]:
        """All categories; the names above them come with them."""
        return with_ways(Category.objects.order_by("path"))

    def lookup_filter(self, qs: QuerySet[Category], term: str) -> QuerySet[Category]:
        """Those with the words in their name."""
        return qs.filter(name__icontains=term)

    def format_object(self, obj: Any) -> dict[str, Any]:
        """A choice."""
        return {"id": obj.pk, "text": obj.way}
