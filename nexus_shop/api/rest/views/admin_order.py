"""Orders for staff. Partner staff see their own lines of an order and where these go."""

from dataclasses import asdict, replace
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema

from forked_apps.dashboard.orders.operations import write_note
from forked_apps.order.changes import revoke_order_links
from forked_apps.order.lifecycle import status_of_order
from forked_apps.order.models import OrderNote
from forked_apps.order.queries import OrderRow, Page, id_of_order, order_by_id, order_for, orders_for
from forked_apps.order.records import note_records, payment_records, shipping_records
from nexus_shop.api.rest.base import View, answer
from nexus_shop.api.rest.cursors import cursor_place, cursor_text, next_page
from nexus_shop.api.rest.errors import ApiError
from nexus_shop.api.rest.schema import problems
from nexus_shop.api.rest.serializers import order as shapes
from nexus_shop.api.rest.serializers.bodies import order_bodies
from nexus_shop.api.rest.serializers.checkout import OrderItem
from nexus_shop.core.idempotency import Answer
from nexus_shop.core.money import Money

from .order import sought_of

READ = problems(401, 403, 404, 429)
# What partner staff do not see of an order, and what stands in its place.
HIDDEN: dict[str, Any] = {
    **dict.fromkeys(
        (
            "payment_status",
            "email",
            "totals",
            "cancelled_total",
            "billing_address",
            "notes",
            "cancel_reason",
            "next_action",
        )
    ),
    "payments": [],
    "problems": [],
}


def bodies_of(page: Page) -> list[dict[str, Any]]:
    """The orders of a page, as far as they may be seen."""
    if page.visible_lines is None:
        return order_bodies(page.orders)
    seen = page.visible_lines
    rows = [replace(order, lines=[line for line in order.lines if line.id in seen]) for order in page.orders]
    return [
        body | HIDDEN | {"status": status_of_order(line.units for line in row.lines)}
        for row, body in zip(rows, order_bodies(rows), strict=True)
    ]


class OrderAdminList(View):
    """`admin/orders/`."""

    query_parameters = frozenset(shapes.AdminOrderParameters().fields)

    @extend_schema(
        operation_id="listOrdersForStaff",
        summary="List orders",
        parameters=[shapes.AdminOrderParameters],
        responses={200: shapes.AdminOrderPage, **problems(400, 401, 403, 429)},
    )
    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Newest first, by cursor."""
        query = self.parameters(shapes.AdminOrderParameters)
        if not request.user.is_staff and {"email", "payment_status"} & set(query):
            raise ApiError("permission_denied", "Customers and payments are for staff of the shop.")
        size = query["page_size"]
        after: Any = cursor_place(query["cursor"], ids=1) if "cursor" in query else None
        page = orders_for(request.user, sought_of(query), after=after, limit=size + 1)
        shown = replace(page, orders=page.orders[:size])
        last = shown.orders[-1] if len(page.orders) > size else None
        following, headers = next_page(request, cursor_text(last.placed_at, last.id) if last else None)
        body = {"results": bodies_of(shown), "next": following, "previous": None, "count": page.count}
        return self.private(body, headers=headers)


class OrderAdminView(View):
    """Views of one order, for staff."""

    def find(self, handle: str) -> Page:
        """The order as a page of one; 404 where the user may see nothing of it."""
        page = order_for(self.request.user, handle)  # type: ignore[arg-type]  # the rule admits no anonymous
        if not page.orders:
            raise ApiError("not_found")
        return page

    def find_id(self, handle: str) -> int:
        """The id of an order, for those who see all of them."""
        order_id = id_of_order(handle)
        if order_id is None:
            raise ApiError("not_found")
        return order_id


class OrderAdminDetail(OrderAdminView):
    """`admin/orders/{id}/`."""

    @extend_schema(
        operation_id="getOrderForStaff",
        summary="Read an order",
        responses={200: shapes.AdminOrderShape, **READ},
    )
    def get(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """The order, as far as the caller may see it."""
        (body,) = bodies_of(self.find(handle))
        return self.private(body, headers={"ETag": f'"{body["version"]}"'})


class OrderLines(OrderAdminView):
    """`admin/orders/{id}/lines/`."""

    @extend_schema(
        operation_id="listOrderLines", summary="Lines of an order", responses={200: OrderItem(many=True), **READ}
    )
    def get(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """The lines that the caller may see."""
        return self.private(bodies_of(self.find(handle))[0]["items"])


class OrderShippingEvents(OrderAdminView):
    """`admin/orders/{id}/shipping-events/`. They are made by `orders/{id}/status/`."""

    @extend_schema(
        operation_id="listOrderShippingEvents",
        summary="What was shipped, delivered, returned",
        responses={200: shapes.ShippingEventShape(many=True), **READ},
    )
    def get(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Oldest first, with the lines that the caller may see."""
        page = self.find(handle)
        records = shipping_records(page.orders[0].id, visible_lines=page.visible_lines)
        return self.private(
            [{"type": each.kind, "at": each.at, "reference": each.reference, "lines": each.lines} for each in records]
        )


class OrderPaymentEvents(OrderAdminView):
    """`admin/orders/{id}/payment-events/`."""

    @extend_schema(
        operation_id="listOrderPaymentEvents",
        summary="What was paid",
        responses={200: shapes.PaymentEventShape(many=True), **READ},
    )
    def get(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Oldest first."""
        order: OrderRow = self.find(handle).orders[0]
        return self.private(
            [
                {
                    "type": each.kind,
                    "at": each.at,
                    "amount": Money(Decimal(each.amount), order.currency).as_json(),
                    "reference": each.reference,
                    "staff": None if each.actor_id is None else {"id": each.actor_id, "email": each.actor},
                }
                for each in payment_records(order.id)
            ]
        )


class OrderNotes(OrderAdminView):
    """`admin/orders/{id}/notes/`."""

    @extend_schema(
        operation_id="listOrderNotes",
        summary="Notes on an order",
        responses={200: shapes.NoteShape(many=True), **READ},
    )
    def get(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Oldest first, with what the shop itself has noted."""
        return self.private([asdict(each) for each in note_records(self.find_id(handle))])

    @extend_schema(
        operation_id="writeOrderNote",
        summary="Write a note",
        request=shapes.NoteInput,
        responses={201: shapes.NoteShape, **problems(400, 401, 403, 404, 409, 413, 415, 422, 429)},
    )
    def post(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """For other staff; the customer does not see it."""
        message = self.parsed(shapes.NoteInput)["message"]
        order_id = self.find_id(handle)
        return self.write(lambda: write_note(order_id, message=message, written_by=request.user.pk), self._answer)

    def _answer(self, note: OrderNote) -> Answer:
        author = self.request.user.email  # type: ignore[union-attr]  # the rule admits no anonymous
        body = {"at": note.date_created, "is_system": False, "author": author, "message": note.message}
        return answer(body, status=201)


class OrderLinks(OrderAdminView):
    """`admin/orders/{id}/links/`."""

    @extend_schema(
        operation_id="revokeOrderLinks",
        summary="Revoke the signed links to an order",
        responses={200: shapes.AdminOrderShape, **READ},
    )
    def delete(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Every link that was mailed ends; `orders/lookup/` mails a new one. Answers the order."""
        order_id = self.find_id(handle)
        return self.write(
            lambda: revoke_order_links(order_id, revoked_by=request.user.pk),
            lambda order: answer(order_bodies([order_by_id(order.pk)])[0]),
        )
