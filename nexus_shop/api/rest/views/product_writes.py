"""What staff do to a product at its public address, in the words of `POST products/`."""

import json
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema

from forked_apps.catalogue.stored_products import StoredProduct
from forked_apps.partner.product_entries import archive_product_of, change_product_of
from forked_apps.partner.queries import products_of
from forked_apps.search.queries import product_detail
from nexus_shop.api.rest.base import View
from nexus_shop.api.rest.keys import product_named
from nexus_shop.api.rest.serializers import admin_product as inputs
from nexus_shop.api.rest.serializers import product as shapes
from nexus_shop.api.rest.serializers.oscar_product import in_sent_words
from nexus_shop.api.rest.serializers.shown_product import edited, is_shown
from nexus_shop.core.errors import NotFound, StaleVersion
from nexus_shop.core.idempotency import Answer
from nexus_shop.core.languages import active_language
from nexus_shop.core.versions import is_named

from .admin_products import ARCHIVE, KEY
from .kept import CHANGE, NO_CONTENT


class ProductWrites(View):
    """The writing methods of `products/{key}/`."""

    has_version = True
    is_kept_by_staff = True

    @extend_schema(
        operation_id="replaceProduct",
        summary="Replace a product",
        parameters=[KEY],
        request=inputs.ProductFacadeWhole,
        responses={200: shapes.ProductDetail, **CHANGE},
    )
    def put(self, request: Any, key: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """For staff. Stock, class and what the body has no word for stay; `stock_quantity` sets the figure of now."""
        return self._change(key, inputs.ProductFacadeWhole)

    @extend_schema(
        operation_id="changeProduct",
        summary="Change a product",
        parameters=[KEY],
        request=inputs.ProductFacade,
        responses={200: shapes.ProductDetail, **CHANGE},
    )
    def patch(self, request: Any, key: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """For staff. What the body leaves out stays."""
        return self._change(key, inputs.ProductFacade)

    @extend_schema(
        operation_id="deleteProduct",
        summary="Archive a product",
        parameters=[KEY],
        responses={204: None, **ARCHIVE},
    )
    def delete(self, request: Any, key: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """For staff. The product goes to the archive: nobody sees or buys it, orders keep it."""
        pk = self._id_of(key)
        return self.write(lambda: archive_product_of(request.user, pk, check=self._check), lambda _: NO_CONTENT)

    def _id_of(self, key: str) -> int:
        """The id of a product that the caller may change. Raises NotFound."""
        user: Any = self.request.user
        pk: int | None = products_of(user).filter(**product_named(key)).values_list("pk", flat=True).first()
        if pk is None:
            raise NotFound
        return pk

    def _change(self, key: str, form: Any) -> HttpResponse:
        pk, user = self._id_of(key), self.request.user
        entry = self._edits(pk) if is_shown(self.request.data) else self.parsed(form)

        def operation() -> None:
            with in_sent_words(self.request.data):
                change_product_of(user, pk, changes=entry, check=self._check)  # type: ignore[arg-type]

        return self.write(operation, lambda _: _detail(pk))

    def _edits(self, pk: int) -> dict[str, Any]:
        """What was edited of all that the product shows: the rest stays, also for PUT. Raises NotFound."""
        found = product_detail(pk, language=active_language(), also_hidden=True)
        if found is None:
            raise NotFound
        body: Any = self.request.data
        edits: dict[str, Any] = self.parsed(inputs.ProductFacade, edited(body, json.loads(found[0])))
        return edits

    def _check(self, stored: StoredProduct) -> None:
        """If-Match has the version of `admin/products/`, or the ETag of the public product. Raises StaleVersion."""
        tag = self.tag()
        if tag is None or is_named(tag, stored.version):
            return
        found = product_detail(stored.id, language=active_language(), also_hidden=True)
        if found is None or not is_named(tag, found[1]):
            raise StaleVersion


def _detail(pk: int) -> Answer:
    found = product_detail(pk, language=active_language(), also_hidden=True)
    assert found is not None
    return Answer(200, found[0].encode(), {"ETag": f'"{found[1]}"'})
