"""What stands beside a product: its variants, its media, what goes with it, what was said of it."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema

from forked_apps.search.offered import Review, related, reviews
from forked_apps.search.queries import product_part
from nexus_shop.api.rest.cursors import cursor_place, cursor_text, next_page
from nexus_shop.api.rest.keys import key_of
from nexus_shop.api.rest.rendering import to_json
from nexus_shop.api.rest.schema import problems
from nexus_shop.api.rest.serializers import category as shapes
from nexus_shop.core.languages import active_language

from .admin_products import KEY
from .product import MOVED, ProductView, digest_of, tag_of

END = b'],"next":null,"previous":null,"count":%d}'


class _PartView(ProductView):
    """A part of the document."""

    def _part(self, key: str) -> HttpResponse:
        wanted = key_of(key)
        found = product_part(self.part, wanted, language=active_language(), known=self._known())
        if found is None:
            return self.moved(wanted)
        text, number, digest, product_id = found
        body = b'{"results":' + text.encode()[:-1] + END % number if text else None
        return self.public(body, digest=f"{digest}-{self.part}", tags=tag_of(product_id))

    def _known(self) -> list[str]:
        ending = f"-{self.part}"
        return [each.removesuffix(ending) for each in self.known() if each.endswith(ending)]


class ProductVariants(_PartView):
    """`products/{key}/variants/`."""

    part = "variants"

    @extend_schema(
        operation_id="listProductVariants",
        summary="List a product's variants",
        parameters=[KEY],
        responses={200: shapes.VariantList, **MOVED, **problems(400, 404, 429)},
        auth=[],
    )
    def get(self, request: Any, key: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """All public variants of a parent, with their attributes; of any other product none."""
        return self._part(key)


class ProductMedia(_PartView):
    """`products/{key}/media/`."""

    part = "media"

    @extend_schema(
        operation_id="listProductMedia",
        summary="List a product's media",
        parameters=[KEY],
        responses={200: shapes.MediaList, **MOVED, **problems(400, 404, 429)},
        auth=[],
    )
    def get(self, request: Any, key: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """All pictures in their order; of a variant without any its parent's."""
        return self._part(key)


class ProductRelated(ProductView):
    """`products/{key}/related/`."""

    part = "related"
    query_parameters = frozenset(shapes.RelatedParameters().fields)

    @extend_schema(
        operation_id="listRelatedProducts",
        summary="List what goes with a product",
        parameters=[KEY, shapes.RelatedParameters],
        responses={200: shapes.RelatedList, **MOVED, **problems(400, 404, 429)},
        auth=[],
    )
    def get(self, request: Any, key: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Cards of what a merchant recommends with the product, by `kind`, the first choice first."""
        wanted, query = key_of(key), self.parameters(shapes.RelatedParameters)
        found = related(wanted, kind=query["kind"], language=active_language())
        if found is None:
            return self.moved(wanted)
        cards, version, product_id = found
        digest = digest_of(f"{request.get_full_path()}|{version}".encode())
        results = ",".join(f'{{"kind":"{kind}",{card[1:]}' for kind, card in cards)
        return self.public(
            b'{"results":[' + results.encode() + END % len(cards), digest=digest, tags=f"{tag_of(product_id)}, products"
        )


class ProductReviews(ProductView):
    """`products/{key}/reviews/`."""

    part = "reviews"
    query_parameters = frozenset(shapes.ReviewParameters().fields)

    @extend_schema(
        operation_id="listProductReviews",
        summary="List a product's reviews",
        parameters=[KEY, shapes.ReviewParameters],
        responses={200: shapes.ReviewList, **MOVED, **problems(400, 404, 429)},
        auth=[],
    )
    def get(self, request: Any, key: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Approved reviews, newest first. Of who wrote them the username of the account is told, and no more."""
        wanted, query = key_of(key), self.parameters(shapes.ReviewParameters)
        after = cursor_place(query["cursor"], ids=1) if query["cursor"] is not None else None
        found = reviews(wanted, language=active_language(), limit=query["page_size"], after=after)
        if found is None:
            return self.moved(wanted)
        rows, count, product_id = found
        page = rows[: query["page_size"]]
        more = cursor_text(page[-1].date_created, page[-1].id) if len(rows) > len(page) else None
        url, headers = next_page(request, more)
        body = to_json({"results": [_review(review) for review in page], "next": url, "previous": None, "count": count})
        return self.public(body, digest=digest_of(body), tags=tag_of(product_id), link=headers.get("Link", ""))


def _review(review: Review) -> dict[str, Any]:
    return {
        "id": review.id,
        "title": review.title,
        "body": review.body,
        "score": review.score,
        "votes": {"total": review.votes, "delta": review.delta},
        "user": {"username": review.username} if review.username else None,
        "date_created": review.date_created,
    }
