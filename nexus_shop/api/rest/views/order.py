"""Placed orders, for their customers: read, change, cancel, follow, find again."""

from decimal import Decimal
from typing import Any, ClassVar, Final

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from oscarapi.views import checkout as oscarapi

from forked_apps.basket.values import hash_of_token
from forked_apps.communication.operations import request_order_link
from forked_apps.order.changes import Changes, change_order
from forked_apps.order.lifecycle import SHIPPED
from forked_apps.order.operations import cancel_order, change_order_status
from forked_apps.order.queries import (
    Reader,
    Sought,
    find_order,
    find_order_id,
    id_of_order,
    line_ids,
    order_by_id,
    orders_of,
)
from forked_apps.order.records import HistoryEntry, history_of
from nexus_shop.api.rest.base import View, answer
from nexus_shop.api.rest.clients import address_of, cart_token_of
from nexus_shop.api.rest.cursors import cursor_place, cursor_text, next_page
from nexus_shop.api.rest.errors import ApiError
from nexus_shop.api.rest.limits import count_for
from nexus_shop.api.rest.schema import problems
from nexus_shop.api.rest.serializers import checkout as checkout_shapes
from nexus_shop.api.rest.serializers import order as shapes
from nexus_shop.api.rest.serializers.bodies import order_bodies
from nexus_shop.core.errors import NotFound
from nexus_shop.core.idempotency import Answer
from nexus_shop.core.money import Money

from .cart import TOKEN_PARAMETER

LINK_PARAMETER: Final = OpenApiParameter(
    "token", str, OpenApiParameter.QUERY, description="The token of a signed link to the order."
)
READ: Final = problems(400, 401, 404, 429)
WRITE: Final = problems(400, 401, 404, 409, 412, 413, 415, 422, 429)
SEARCHED: Final = ("status", "payment_status", "placed_from", "placed_to", "search", "email", "number")


def order_answer(order_id: int, *, is_new: bool) -> Answer:
    """An order, fresh from its rows."""
    body = order_bodies([order_by_id(order_id)])[0]
    headers = {"ETag": f'"{body["version"]}"'}
    if is_new:
        headers["Location"] = f"/api/v1/orders/{body['id']}/"
    return answer(body, status=201 if is_new else 200, headers=headers)


def sought_of(query: dict[str, Any]) -> Sought:
    """The filters of a list's query."""
    return Sought(**{name: query[name] for name in SEARCHED if name in query})


def own_orders(view: View, request: Any) -> Any:
    """A page of the login's orders."""
    query = view.parameters(shapes.OrderListParameters)
    size = query["page_size"]
    after = cursor_place(query["cursor"], ids=1) if "cursor" in query else None
    page = orders_of(request.user.pk, sought_of(query), after=after, limit=size + 1)
    rows = page.orders[:size]
    following, headers = next_page(
        request, cursor_text(rows[-1].placed_at, rows[-1].id) if len(page.orders) > size else None
    )
    body = {"results": order_bodies(rows), "next": following, "previous": None, "count": page.count}
    return view.private(body, headers=headers)


class OwnOrders(View):
    """`me/orders/`: the same list as `orders/`."""

    query_parameters = frozenset(shapes.OrderListParameters().fields)

    @extend_schema(
        operation_id="listMyOrders",
        summary="List one's own orders",
        parameters=[shapes.OrderListParameters],
        responses={200: checkout_shapes.OrderPage, **problems(400, 401, 429)},
    )
    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Newest first, by cursor."""
        return own_orders(self, request)


class OrderView(View):
    """Views of an order for its login, the holder of the cart token that made it, or of a signed link."""

    query_parameters: ClassVar[frozenset[str]] = frozenset({"token"})
    write_parameters = frozenset({"token"})

    def reader(self) -> Reader:
        """Who asks."""
        request = self.request
        token = cart_token_of(request)
        return Reader(
            user_id=self.user_id(),
            token_hash=hash_of_token(token) if token else None,
            link=request.GET.get("token"),
        )

    def user_id(self) -> int | None:
        """The login, if there is one."""
        return self.request.user.pk if self.request.user.is_authenticated else None

    def find_id(self, handle: str) -> int:
        """The order's id; 404 for everybody else, as if there were none."""
        order_id = find_order_id(handle, self.reader())
        if order_id is None:
            raise ApiError("not_found")
        return order_id


class OrderDetail(OrderView, oscarapi.OrderDetail):
    """`orders/{id}/`. oscarapi 3.3.0 reads it to logins only, and knows no change."""

    has_version = True

    @extend_schema(
        operation_id="getOrder",
        summary="Read an order",
        parameters=[TOKEN_PARAMETER, LINK_PARAMETER],
        responses={200: checkout_shapes.OrderShape, **READ},
    )
    def get(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """The order; 404 for everybody else, as if there were none."""
        found = find_order(handle, self.reader())
        if found is None:
            raise ApiError("not_found")
        return self.private(order_bodies([found])[0], headers={"ETag": f'"{found.version}"'})

    @extend_schema(
        operation_id="replaceOrder",
        summary="Change notes or addresses",
        parameters=[TOKEN_PARAMETER, LINK_PARAMETER],
        request=shapes.OrderChange,
        responses={200: checkout_shapes.OrderShape, **WRITE},
    )
    def put(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """As PATCH: what is read-only is ignored, so that what was read can be written back."""
        return self._change(handle)

    @extend_schema(
        operation_id="changeOrder",
        summary="Change notes or addresses",
        parameters=[TOKEN_PARAMETER, LINK_PARAMETER],
        request=shapes.OrderChange,
        responses={200: checkout_shapes.OrderShape, **WRITE},
    )
    def patch(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Notes at any time; addresses until something is shipped, inside their country."""
        return self._change(handle)

    @extend_schema(
        operation_id="deleteOrder",
        summary="Cancel an order",
        parameters=[TOKEN_PARAMETER, LINK_PARAMETER],
        responses={200: checkout_shapes.OrderShape, **problems(400, 401, 404, 409, 412, 429)},
    )
    def delete(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Cancel the order, as `orders/{handle}/cancel/`. Nothing is deleted."""
        return self.write(
            lambda: cancel_order(self.find_id(handle), cancelled_by=self.user_id(), version=self.tag()),
            lambda order: order_answer(order.pk, is_new=False),
        )

    def _change(self, handle: str) -> HttpResponse:
        changes = Changes(**self.parsed(shapes.OrderChange))
        return self.write(
            lambda: change_order(self.find_id(handle), changes=changes, changed_by=self.user_id(), version=self.tag()),
            lambda order: order_answer(order.pk, is_new=False),
        )


class OrderCancelView(OrderView):
    """`orders/{id}/cancel/`."""

    has_version = True

    @extend_schema(
        operation_id="cancelOrder",
        summary="Cancel an order",
        parameters=[TOKEN_PARAMETER, LINK_PARAMETER],
        request=shapes.CancelInput,
        responses={200: checkout_shapes.OrderShape, **WRITE},
    )
    def post(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Cancel all of it, until something is shipped. A cancelled order is answered as it is."""
        reason = self.parsed(shapes.CancelInput)["reason"]
        return self.write(
            lambda: cancel_order(self.find_id(handle), cancelled_by=self.user_id(), note=reason, version=self.tag()),
            lambda order: order_answer(order.pk, is_new=False),
        )


class OrderEventsView(OrderView):
    """`orders/{id}/events/`: for whoever may read the order, and for staff with `order.view_order`."""

    query_parameters = frozenset(shapes.HistoryParameters().fields)

    @extend_schema(
        operation_id="listOrderEvents",
        summary="What happened to an order",
        parameters=[TOKEN_PARAMETER, shapes.HistoryParameters],
        responses={200: shapes.HistoryPage, **READ},
    )
    def get(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Newest first, by cursor: moves by line and quantity, payments, changes, mails. Staff see who did it."""
        query = self.parameters(shapes.HistoryParameters)
        for_staff = request.user.is_staff and request.user.has_perm("order.view_order")
        order_id = id_of_order(handle) if for_staff else self.find_id(handle)
        if order_id is None:
            raise ApiError("not_found")
        size = query["page_size"]
        after: Any = cursor_place(query["cursor"], ids=2) if "cursor" in query else None
        entries = history_of(order_id, for_staff=for_staff, after=after, limit=size + 1)
        shown = entries[:size]
        following, headers = next_page(request, cursor_text(*shown[-1].place) if len(entries) > size else None)
        results = [_entry(entry, for_staff=for_staff) for entry in shown]
        return self.private({"results": results, "next": following, "previous": None, "count": None}, headers=headers)


def _entry(entry: HistoryEntry, *, for_staff: bool) -> dict[str, Any]:
    data = entry.data
    is_tracking = data.get("status") == SHIPPED  # older rows have the note of another move there
    shows_note = for_staff or entry.role == "customer"
    return {
        "id": entry.id,
        "type": entry.kind,
        "at": entry.place[0],
        "by": entry.role,
        "staff": {"id": entry.actor_id, "email": entry.actor_name}
        if _names_staff(entry, for_staff=for_staff)
        else None,
        "status": data.get("status"),
        "order_status": data.get("new"),
        "lines": data.get("lines"),
        "reference": (data.get("reference") or None) if for_staff or is_tracking else None,
        "reason": data.get("reason") or None,
        "payment": data.get("event"),
        "amount": Money(Decimal(data["amount"]), entry.currency).as_json() if "amount" in data else None,
        "addresses": data.get("addresses"),
        "mail": data.get("mail"),
        "note": (entry.note or None) if shows_note else None,
    }


def _names_staff(entry: HistoryEntry, *, for_staff: bool) -> bool:
    return for_staff and entry.role == "staff" and entry.actor_id is not None


class OrderLookupView(View):
    """`orders/lookup/`: a guest who has lost the way back to an order."""

    @extend_schema(
        operation_id="lookupOrder",
        summary="Ask for the link to an order",
        request=shapes.LookupInput,
        responses={202: shapes.LookupShape, **problems(400, 401, 409, 413, 415, 422, 429)},
    )
    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Mail a signed link to the order, if number and e-mail belong together. The answer is always the same."""
        data = self.parsed(shapes.LookupInput)
        number = data["number"].upper()
        count_for([("lookup", f"address:{address_of(request)}"), ("lookup_order", number)])
        return self.write(
            lambda: request_order_link(number, email=data["email"]),
            lambda _: answer({"status": "accepted"}, status=202),
        )


class OrderStatusView(View):
    """`orders/{id}/status/`, for staff."""

    has_version = True

    @extend_schema(
        operation_id="setOrderStatus",
        summary="Move an order along",
        request=checkout_shapes.StatusInput,
        responses={
            200: checkout_shapes.OrderShape,
            **problems(400, 401, 403, 404, 409, 412, 413, 415, 422, 429),
        },
    )
    def patch(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Move the order, or some units of its lines, to `status`. Shipping consumes stock, cancelling frees it.

        `restock` puts units that are returned back on the shelf. `reference` is the tracking number of what is
        shipped, which the customer sees, and else a note for staff. Where fewer units of a line may move than it
        says, 409 `too_many_units` names the line and how many may (`movable`).
        """
        data = self.parsed(checkout_shapes.StatusInput)
        order_id = id_of_order(handle)
        if order_id is None:
            raise ApiError("not_found")
        quantities = self._quantities(order_id, data.get("lines"))
        return self.write(
            lambda: change_order_status(
                order_id,
                status=data["status"],
                quantities=quantities,
                changed_by=request.user.pk,
                note=data["reference"],
                version=self.tag(),
                restock=data["restock"],
            ),
            lambda order: order_answer(order.pk, is_new=False),
        )

    @staticmethod
    def _quantities(order_id: int, lines: list[dict[str, Any]] | None) -> dict[int, int] | None:
        if lines is None:
            return None
        ids = line_ids(order_id, [line["id"] for line in lines])
        quantities: dict[int, int] = {}
        for position, line in enumerate(lines):
            if line["id"] not in ids:
                raise NotFound(pointer=f"/lines/{position}/id")
            if ids[line["id"]] in quantities:
                raise ApiError("invalid_request", "This line is named twice.", pointer=f"/lines/{position}/id")
            quantities[ids[line["id"]]] = line["quantity"]
        return quantities


__all__ = [
    "OrderCancelView",
    "OrderDetail",
    "OrderEventsView",
    "OrderLookupView",
    "OrderStatusView",
    "OwnOrders",
    "order_answer",
    "own_orders",
    "sought_of",
]
