"""Stock for those who keep it: staff by permission, partner staff for their own partners."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema

from forked_apps.partner.inventory import Holding, holdings_of, movements_of, stock_record_named, stock_table
from forked_apps.partner.models import StockMovement, StockRecord
from forked_apps.partner.operations import adjust_stock
from forked_apps.partner.stock_records import stock_version_of
from nexus_shop.api.rest.base import View, answer
from nexus_shop.api.rest.cursors import cursor_of, next_page, refused, sealed, unsealed, words_of
from nexus_shop.api.rest.schema import problems
from nexus_shop.api.rest.serializers import inventory as shapes
from nexus_shop.core.errors import pointing
from nexus_shop.core.idempotency import Answer
from nexus_shop.core.money import amount_text


class StockView(View):
    """A list by cursor."""

    def page(self, rows: Sequence[Any], size: int, body: Callable[[Any], Any], cursor: Callable[[Any], str]) -> Any:
        """The answer: `rows` has one more than the page where there is a next one."""
        following, headers = next_page(self.request, cursor(rows[size - 1]) if len(rows) > size else None)
        results = [body(row) for row in rows[:size]]
        return self.private({"results": results, "next": following, "previous": None, "count": None}, headers=headers)


def id_of(words: list[str]) -> int:
    """The id that a cursor of one word holds. Raises ApiError."""
    if len(words) != 1 or not (words[0].isascii() and words[0].isdigit()) or len(words[0]) > 18:
        raise refused()
    return int(words[0])


def _position_of(words: list[str]) -> tuple[datetime, str, int]:
    try:
        moment, kind, place = words
        since = datetime.fromisoformat(moment)
        if since.tzinfo is None or "\0" in kind:
            raise refused()
        return since.astimezone(UTC), kind, id_of([place])
    except (ValueError, OverflowError):
        raise refused() from None


class StockRecordList(StockView):
    """The list of `admin/stockrecords/`."""

    query_parameters = frozenset(shapes.StockRecordParameters().fields)

    @extend_schema(
        operation_id="listStockRecords",
        summary="List stock records",
        parameters=[shapes.StockRecordParameters],
        responses={200: shapes.StockRecordPage, **problems(400, 401, 403, 429)},
    )
    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Stock, what is promised, what is free, threshold and backorders; oldest first, by cursor."""
        query = self.parameters(shapes.StockRecordParameters)
        records = stock_table(request.user, query)
        words = words_of(query["cursor"]) if "cursor" in query else None
        if words is not None:
            records = records.filter(pk__gt=id_of(words))
        found: HttpResponse = self.page(
            list(records[: query["page_size"] + 1]),
            query["page_size"],
            record_body,
            lambda record: cursor_of(record.pk),
        )
        return found


class AdjustmentList(StockView):
    """`admin/inventory/adjustments/`: the ledger, and what is written into it by hand."""

    query_parameters = frozenset(shapes.MovementParameters().fields)

    @extend_schema(
        operation_id="listStockMovements",
        summary="List movements of stock",
        parameters=[shapes.MovementParameters],
        responses={200: shapes.MovementPage, **problems(400, 401, 403, 429)},
    )
    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Every change of a stock figure, by whatever door, newest first, by cursor."""
        query = self.parameters(shapes.MovementParameters)
        movements = movements_of(request.user, query)
        words = words_of(query["cursor"]) if "cursor" in query else None
        if words is not None:
            movements = movements.filter(pk__lt=id_of(words))
        found: HttpResponse = self.page(
            list(movements[: query["page_size"] + 1]),
            query["page_size"],
            movement_body,
            lambda movement: cursor_of(movement.pk),
        )
        return found

    @extend_schema(
        operation_id="adjustStock",
        summary="Adjust stock",
        request=shapes.AdjustmentInput,
        responses={201: shapes.StockRecordShape, **problems(400, 401, 403, 404, 409, 413, 415, 422, 429)},
    )
    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Set the figure (`quantity`) or change it (`delta`), if it still is what you `expected`; answers the record.

        409 `stock_changed` has the figure of now.
        """
        data = self.parsed(shapes.AdjustmentInput)
        user = request.user
        record_id = stock_record_named(user, stock_record_id=data.get("stock_record"), sku=data.get("sku"))

        def render(_: None) -> Answer:
            return answer(record_body(stock_table(user, {"stock_record": record_id}).get()), status=201)

        def adjust() -> None:
            with pointing({"/num_in_stock": "/quantity"}):
                adjust_stock(
                    record_id,
                    num_in_stock=data.get("quantity"),
                    delta=data.get("delta"),
                    expected=data["expected"],
                    changed_by=user.pk,
                    reason=data["reason"],
                    kind=data["kind"],
                )

        return self.write(adjust, render)


class ReservationList(StockView):
    """`admin/inventory/reservations/`."""

    query_parameters = frozenset(shapes.HoldingParameters().fields)

    @extend_schema(
        operation_id="listReservations",
        summary="List what holds stock",
        parameters=[shapes.HoldingParameters],
        responses={200: shapes.HoldingPage, **problems(400, 401, 403, 429)},
    )
    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Lines of unpaid orders and open payment sessions, with the moment until which they hold; newest first."""
        query = self.parameters(shapes.HoldingParameters)
        words = unsealed(query["cursor"]) if "cursor" in query else None
        rows = holdings_of(
            request.user,
            stock_record=query.get("stock_record"),
            sku=query.get("sku"),
            after=None if words is None else _position_of(words),
            limit=query["page_size"] + 1,
        )
        found: HttpResponse = self.page(
            rows,
            query["page_size"],
            holding_body,
            lambda row: sealed(row.since.isoformat(), row.kind, row.place),
        )
        return found


def record_body(record: StockRecord) -> dict[str, Any]:
    """A stock record whose product and partner were read with it."""
    return {
        "id": record.pk,
        "product": product_body(record),
        "partner": {"id": record.partner_id, "name": record.partner.display_name},
        "version": stock_version_of(record),
        "partner_sku": record.partner_sku,
        "price_currency": record.price_currency,
        "price": _amount(record, record.price),
        "list_price": _amount(record, record.list_price),
        "num_in_stock": record.num_in_stock,
        "num_allocated": record.num_allocated or 0,
        "free": record.as_stock().free,
        "is_low": bool(record.is_below_threshold),
        "low_stock_threshold": record.low_stock_threshold,
        "backorder_limit": record.backorder_limit,
        "expected_on": record.expected_on,
        "is_preorder": record.is_preorder,
        "date_updated": record.date_updated,
    }


def _amount(record: StockRecord, amount: Decimal | None) -> str | None:
    return None if amount is None else amount_text(amount, record.price_currency)


def product_body(record: StockRecord) -> dict[str, Any]:
    """The product of a record, named."""
    product = record.product
    return {"id": product.pk, "title": product.get_title(), "sku": product.upc}


def ledger_product(row: Any) -> dict[str, Any]:
    """The product of a row of a ledger; of a record that is gone as it was called then, if that is known."""
    if row.stock_record is None:
        former = row.former or {}
        return {name: former.get(name) for name in ("id", "title", "sku")}
    return product_body(row.stock_record)


def account_body(account_id: int | None, account: Any) -> dict[str, Any] | None:
    """Who did it, if anybody is named; the account may be gone."""
    if account_id is None:
        return None
    return {"id": account_id, "name": account.get_full_name() or account.username if account else None}


def movement_body(movement: StockMovement) -> dict[str, Any]:
    """A movement whose product, account and order were read with it."""
    order = movement.order
    return {
        "id": movement.pk,
        "stock_record": movement.stock_record_id,
        "product": ledger_product(movement),
        "delta": movement.delta,
        "balance": movement.balance,
        "kind": movement.kind,
        "reason": movement.reason,
        "changed_by": account_body(movement.changed_by_id, movement.changed_by),
        "order": None if order is None else {"id": order.handle, "number": order.number},
        "created_at": movement.created_at,
    }


def holding_body(row: Holding) -> dict[str, Any]:
    """What holds stock."""
    return {
        "id": row.handle,
        "kind": row.kind,
        "stock_record": row.stock_record_id,
        "product": {"id": row.product_id, "title": row.title, "sku": row.sku},
        "quantity": row.quantity,
        "order": None if row.order_handle is None else {"id": row.order_handle, "number": row.order_number},
        "since": row.since,
        "until": row.until,
    }
