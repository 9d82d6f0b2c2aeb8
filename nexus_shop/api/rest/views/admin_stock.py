"""Stock records for staff, and for partner staff those of their partners: prices and terms."""

from typing import Any, Final

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema

from forked_apps.partner.inventory import stock_table
from forked_apps.partner.models import StockRecord
from forked_apps.partner.stock_records import (
    REASON,
    change_stock_record,
    create_stock_record,
    delete_stock_record,
    stock_version_of,
)
from nexus_shop.api.rest.base import answer
from nexus_shop.api.rest.serializers import admin_product as inputs
from nexus_shop.api.rest.serializers import inventory as shapes
from nexus_shop.core.errors import NotFound
from nexus_shop.core.idempotency import Answer

from .inventory import StockRecordList, record_body
from .kept import CREATE, KeptDetail, kept_detail

PLACE: Final = "/api/v1/admin/stockrecords/"


class StockRecordAdminList(StockRecordList):
    """`admin/stockrecords/`. oscarapi 3.3.0 writes stock as any other field; here the figure is adjusted."""

    @extend_schema(
        operation_id="createAdminStockRecord",
        summary="Let a partner sell a product",
        request=inputs.StockRecordInput,
        responses={201: shapes.StockRecordShape, **CREATE},
    )
    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """With the opening figure `num_in_stock`. Partner staff: of a product of theirs, by a partner of theirs."""
        data, user = self.parsed(inputs.StockRecordInput), request.user

        def render(pk: int) -> Answer:
            record = stock_table(user, {"stock_record": pk}).get()
            headers = {"ETag": f'"{stock_version_of(record)}"', "Location": f"{PLACE}{pk}/"}
            return answer(record_body(record), status=201, headers=headers)

        return self.write(lambda: create_stock_record(user, data), render)


@kept_detail(
    "StockRecord",
    shape=shapes.StockRecordShape,
    whole=inputs.StockRecordWhole,
    changes=inputs.StockRecordChanges,
    removal=[inputs.StockRecordRemoval],
)
class StockRecordAdminDetail(KeptDetail):
    """`admin/stockrecords/{id}/`."""

    def read(self, pk: int) -> StockRecord:
        """The record, if it is the caller's to see. Raises NotFound."""
        user: Any = self.request.user
        record = stock_table(user, {"stock_record": pk}).first()
        if record is None:
            raise NotFound
        return record

    def version_of(self, stored: StockRecord) -> str:
        """Sales do not change it."""
        return stock_version_of(stored)

    def body(self, stored: StockRecord) -> dict[str, Any]:
        """As lists show it."""
        return record_body(stored)

    def change(self, pk: int, changes: dict[str, Any], version: str | None) -> None:
        """Change price and terms."""
        user: Any = self.request.user
        change_stock_record(user, pk, changes=changes, version=version)

    def remove(self, pk: int, version: str | None) -> None:
        """Delete the record, for the `reason` that is given."""
        user: Any = self.request.user
        reason = self.parameters(inputs.StockRecordRemoval).get("reason")
        delete_stock_record(user, pk, version=version, reason=reason or REASON)

    def delete(self, request: Any, key: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """The ledgers stay and end with it: no price any more, its stock taken away. 409 while stock is promised."""
        self.parameters(inputs.StockRecordRemoval)
        return super().delete(request, key)
