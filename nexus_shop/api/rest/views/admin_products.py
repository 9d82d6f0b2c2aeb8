"""Products for staff, and for partner staff those that only they sell: drafts too, one by one or many at once."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError

from forked_apps.catalogue.attributes import ensure_stored
from forked_apps.catalogue.stored_products import StoredProduct, products_where, stored_product, stored_products
from forked_apps.partner.models import StockRecord
from forked_apps.partner.product_entries import (
    archive_product_of,
    build_variants_of,
    change_product_of,
    create_product_of,
)
from forked_apps.partner.product_rows import put_products
from forked_apps.partner.queries import products_of
from nexus_shop.api.rest.base import View, answer
from nexus_shop.api.rest.errors import validation_problem
from nexus_shop.api.rest.keys import product_named
from nexus_shop.api.rest.schema import problems
from nexus_shop.api.rest.serializers import admin_product as shapes
from nexus_shop.api.rest.serializers.oscar_product import in_sent_words, sent_pointer
from nexus_shop.core.errors import NotFound
from nexus_shop.core.versions import ensure_current

from .admin_catalogue import outcome_body
from .kept import CREATE, Kept, KeptDetail, KeptList, kept_detail, kept_list

PLACE: Final = "/api/v1/admin/products/"
KEY: Final = OpenApiParameter("key", str, OpenApiParameter.PATH, description="Id, slug, or `sku:…`.")
ARCHIVE: Final = problems(400, 401, 403, 404, 412, 428, 429)


def product_body(stored: StoredProduct, stock: dict[int, list[int]]) -> dict[str, Any]:
    """A product in the words in which it is written."""
    facts = asdict(stored.facts)
    return {
        "id": stored.id,
        "version": stored.version,
        "structure": stored.structure,
        "parent": stored.parent,
        **{"brand" if name == "brand_id" else name: value for name, value in facts.items()},
        "images": [asdict(image) for image in stored.images],
        "stockrecords": stock.get(stored.id, []),
        "variants": stored.variants,
        "date_created": stored.date_created,
        "date_updated": stored.date_updated,
    }


def product_id_of(user: Any, key: str) -> int:
    """The id that is named, or that of the user's product which is named otherwise. Raises NotFound."""
    named = product_named(key)
    pk = named.get("pk") or products_of(user).filter(**named).values_list("pk", flat=True).first()
    if pk is None:
        raise NotFound
    return int(pk)


def stock_ids(product_ids: Sequence[int]) -> dict[int, list[int]]:
    """Product id -> ids of its stock records."""
    found: dict[int, list[int]] = {}
    records = StockRecord.objects.filter(product__in=product_ids).order_by("pk")
    for product_id, pk in records.values_list("product_id", "pk"):
        found.setdefault(product_id, []).append(pk)
    return found


class _WithFiles(Kept):
    """Files that attributes name are looked for before the transaction."""

    def parsed(self, serializer_class: Any, body: Any = None) -> Any:
        """The validated body. Raises ValueRefused for a file that is not there."""
        entry = super().parsed(serializer_class, body)
        with in_sent_words(self.request.data):
            ensure_stored(entry.get("attributes", {}), self.held)
        return entry

    def held(self) -> Mapping[str, Any]:
        """The attributes that the product has."""
        return {}


@kept_list(
    "Product",
    "Products",
    shape=shapes.ProductAdminShape,
    new=shapes.ProductInput,
    parameters=shapes.ProductParameters,
)
class ProductAdminList(_WithFiles, KeptList):
    """`admin/products/`. oscarapi 3.3.0 writes every column that a body names, prices and stock around any record."""

    place = PLACE

    def found(self, query: dict[str, Any], *, after: int, limit: int) -> Sequence[StoredProduct]:
        """The caller's products that fit."""
        user: Any = self.request.user
        return stored_products(products_where(products_of(user), query), after=after, limit=limit)

    def bodies(self, rows: Sequence[StoredProduct]) -> list[dict[str, Any]]:
        """The products with their stock records, which are read at once."""
        stock = stock_ids([row.id for row in rows])
        return [product_body(row, stock) for row in rows]

    def read(self, pk: int) -> StoredProduct:
        """One of the caller's products. Raises NotFound."""
        user: Any = self.request.user
        return stored_product(products_of(user), pk)

    def create(self, data: dict[str, Any]) -> int:
        """Make a product of the caller's."""
        user: Any = self.request.user
        with in_sent_words(self.request.data):
            return create_product_of(user, data)


@kept_detail(
    "Product",
    shape=shapes.ProductAdminShape,
    whole=shapes.ProductWhole,
    changes=shapes.ProductChanges,
    removal_problems=ARCHIVE,
)
class ProductAdminDetail(_WithFiles, KeptDetail):
    """`admin/products/{id}/`."""

    def read(self, pk: int) -> StoredProduct:
        """One of the caller's products. Raises NotFound."""
        user: Any = self.request.user
        return stored_product(products_of(user), pk)

    def key_of(self, key: str) -> int:
        """Its id, its slug, or `sku:…`. Raises NotFound."""
        return product_id_of(self.request.user, key)

    def held(self) -> Mapping[str, Any]:
        """The attributes that the product has. Raises NotFound."""
        return self.read(self.key_of(self.kwargs["key"])).facts.attributes

    def bodies(self, rows: Sequence[StoredProduct]) -> list[dict[str, Any]]:
        """With its stock records."""
        stock = stock_ids([row.id for row in rows])
        return [product_body(row, stock) for row in rows]

    def change(self, pk: int, changes: dict[str, Any], version: str | None) -> None:
        """Change what differs."""
        user: Any = self.request.user
        with in_sent_words(self.request.data):
            change_product_of(
                user,
                pk,
                changes=changes,
                is_whole=self.request.method == "PUT",
                check=lambda stored: ensure_current(version, stored.facts),
            )

    def remove(self, pk: int, version: str | None) -> None:
        """Archive it."""
        user: Any = self.request.user
        archive_product_of(user, pk, check=lambda stored: ensure_current(version, stored.facts))

    def delete(self, request: Any, key: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """The product goes to the archive: nobody sees or buys it, orders keep it. `status` takes it out again."""
        return super().delete(request, key)


class ProductVariantsAdmin(View):
    """`admin/products/{id}/variants/`."""

    @extend_schema(
        operation_id="buildAdminVariants",
        summary="Build the variants of a product",
        parameters=[KEY],
        request=shapes.VariantsInput,
        responses={status: shapes.ProductAdminShape(many=True) for status in (200, 201)} | CREATE,
    )
    def post(self, request: Any, key: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Options of attributes are combined; answers the variants that were missing, or 200 where none was."""
        parent_id, user = product_id_of(request.user, key), request.user
        data = self.parsed(shapes.VariantsInput)
        matrix = data.pop("matrix")

        def render(ids: list[int]) -> Any:
            rows = stored_products(products_of(user).filter(pk__in=ids), limit=len(ids) or 1)
            stock = stock_ids(ids)
            return answer([product_body(row, stock) for row in rows], status=201 if ids else 200)

        return self.write(lambda: build_variants_of(user, parent_id, matrix, sale=data), render)


class ProductBulk(View):
    """`admin/products/bulk/`."""

    @extend_schema(
        operation_id="putAdminProducts",
        summary="Make or change many products",
        request=shapes.ProductRows,
        responses={200: shapes.ProductOutcomes, **problems(400, 401, 403, 412, 413, 415, 429)},
    )
    def put(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Up to 1,000 by SKU; a result for each. A row is written whole or not at all; sent again it changes nothing.

        What shoppers see follows before the answer for up to 20 rows, soon after it for more.
        """
        self.refuse_version()
        rows = self.parsed(shapes.ProductRows)["products"]
        form = shapes.ProductRow(context={"request": request})
        results = [_read_row(form, row, number, request.path) for number, row in enumerate(rows)]
        _refuse_twins(results, rows)
        good = [result for result in results if "entry" in result]
        outcomes = put_products(request.user, [result.pop("entry") for result in good])
        for result, outcome in zip(good, outcomes, strict=True):
            result.update(outcome_body(outcome))
            result["pointer"] = sent_pointer(rows[result["row"]], result["pointer"])
        return self.private({"results": results})


def _read_row(form: Any, row: dict[str, Any], number: int, path: str) -> dict[str, Any]:
    """The row's result so far: with its entry, or with what is wrong with it."""
    sku = row.get("sku", row.get("upc"))
    head = {"row": number, "sku": sku if isinstance(sku, str) else None}
    try:
        return {**head, "entry": form.run_validation(row)}
    except ValidationError as invalid:
        problem = validation_problem(invalid.detail, path)
        first = problem["errors"][0]
        return {**head, **_refused(problem["code"], first["detail"], first["pointer"])}


def _refuse_twins(results: list[dict[str, Any]], rows: list[dict[str, Any]]) -> None:
    """Of two rows of one SKU the later is refused: which of them counts is not for us to say."""
    seen = set()
    for result in results:
        sku = result["entry"]["sku"] if "entry" in result else None
        if sku in seen:
            del result["entry"]
            pointer = sent_pointer(rows[result["row"]], "/sku")
            result.update(_refused("invalid_request", "This SKU stands in an earlier row.", pointer))
        elif sku is not None:
            seen.add(sku)


def _refused(code: str, detail: str, pointer: str | None) -> dict[str, Any]:
    return {"status": "refused", "id": None, "code": code, "detail": detail, "pointer": pointer, "facts": None}
