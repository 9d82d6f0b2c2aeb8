"""Checkout and orders."""

import base64
import binascii
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from oscarapi.views import checkout as oscarapi

from forked_apps.address.validation import PostalAddress
from forked_apps.basket.errors import CartEmpty, CartNotFound
from forked_apps.basket.queries import basket_id_of, find_cart
from forked_apps.basket.values import CartRef, hash_of_token
from forked_apps.checkout.operations import Details, complete_checkout, place_order
from forked_apps.order.operations import change_order_status
from forked_apps.order.queries import find_order, id_of_order, line_ids, order_by_id, orders_of
from nexus_shop.api.rest.base import View, answer
from nexus_shop.api.rest.clients import cart_token_of
from nexus_shop.api.rest.errors import ApiError
from nexus_shop.api.rest.schema import problems
from nexus_shop.api.rest.serializers import checkout as shapes
from nexus_shop.api.rest.serializers.bodies import order_bodies
from nexus_shop.core.errors import NotFound
from nexus_shop.core.idempotency import Answer
from nexus_shop.core.money import Money

from .basket import TOKEN_PARAMETER, cart_ref, wanted_of


def order_answer(order_id: int, *, is_new: bool) -> Answer:
    """An order, fresh from its rows."""
    body = order_bodies([order_by_id(order_id)])[0]
    headers = {"ETag": f'"{body["version"]}"'}
    if is_new:
        headers["Location"] = f"/api/v1/orders/{body['id']}/"
    return answer(body, status=201 if is_new else 200, headers=headers)


class CheckoutView(View):
    """`checkout/`. oscarapi 3.3.0 checks neither stock nor total and leaves a dead cart after a crash."""

    write_limits = ("checkout",)
    is_money_route = True
    has_version = True

    @extend_schema(
        operation_id="checkout",
        summary="Place the order of the cart",
        parameters=[TOKEN_PARAMETER],
        request=shapes.CheckoutInput,
        responses={
            200: shapes.OrderShape,
            201: shapes.OrderShape,
            **problems(400, 401, 404, 409, 412, 413, 415, 422, 429),
        },
    )
    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Turn the cart into an order awaiting payment (201). A cart that was ordered answers its order (200).

        `expected_total` is the total that the shopper has seen; if it is another now, 409 `total_changed` has the new.
        """
        data = self.parsed(shapes.CheckoutInput)
        basket_id = self._basket_id(data.get("cart"))
        details = _details(request, data)
        expected = Money(data["expected_total"]["amount"], data["expected_total"]["currency"])
        return self.write(
            lambda: complete_checkout(basket_id, details=details, expected_total=expected, version=self.version()),
            lambda placed: order_answer(placed.order.pk, is_new=placed.is_new),
        )

    def _basket_id(self, handle: str | None) -> int:
        ref = cart_ref(self.request)
        if handle is not None:
            named = basket_id_of(handle, ref)
            if named is None:
                raise NotFound(pointer="/cart")
            return named
        found = None if ref == CartRef() else find_cart(ref)
        if found is None or found.id is None:
            raise CartNotFound if ref.token_hash else CartEmpty
        return found.id


def _details(request: Any, data: dict[str, Any]) -> Details:
    user = request.user if request.user.is_authenticated else None
    return Details(
        user_id=user.pk if user else None,
        email="" if user else data.get("email", ""),
        shipping_address=_named(data.get("shipping_address"), user),
        billing_address=_named(data.get("billing_address"), user),
        shipping_method=data.get("shipping_method"),
        payment_method=data.get("payment_method"),
        vouchers=tuple(data.get("vouchers", ())),
        notes=data.get("notes", ""),
    )


def _named(address: PostalAddress | None, user: Any) -> PostalAddress | None:
    """Names default to the account's."""
    if address is None or user is None or address.first_name or address.last_name:
        return address
    values = {name: getattr(address, name) for name in PostalAddress.__slots__}
    return PostalAddress(**values | {"first_name": user.first_name, "last_name": user.last_name})


class OrderList(View, oscarapi.OrderList):
    """`orders/`: one's own."""

    query_parameters = frozenset(shapes.OrderListParameters().fields)
    write_limits = ("checkout",)
    is_money_route = True

    @extend_schema(
        operation_id="listOrders",
        summary="List one's own orders",
        parameters=[shapes.OrderListParameters],
        responses={200: shapes.OrderPage, **problems(400, 401, 429)},
    )
    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Newest first, by cursor."""
        query = self.parameters(shapes.OrderListParameters)
        size = query["page_size"]
        after = _cursor(query["cursor"]) if "cursor" in query else None
        rows, count = orders_of(request.user.pk, status=query.get("status"), after=after, limit=size + 1)
        following = None
        if len(rows) > size:
            last = rows[size - 1]
            parameters = request.GET.dict() | {"cursor": _cursor_text(last.placed_at, last.id)}
            following = f"{request.path}?{urlencode(parameters)}"
        body = {"results": order_bodies(rows[:size]), "next": following, "previous": None, "count": count}
        return self.private(body, headers={"Link": f'<{following}>; rel="next"'} if following else {})

    @extend_schema(
        operation_id="placeOrder",
        summary="Place an order without a cart",
        request=shapes.OneShotInput,
        responses={201: shapes.OrderShape, **problems(400, 401, 404, 409, 413, 415, 422, 429)},
    )
    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Order products directly: cheapest delivery, default payment method. The cart is not touched.

        Without an Idempotency-Key each call is a new order.
        """
        data = self.parsed(shapes.OneShotInput)
        wanted = [wanted_of(item, f"/items/{position}") for position, item in enumerate(data["items"])]
        details = _details(request, data)
        return self.write(
            lambda: place_order(wanted, details=details), lambda order: order_answer(order.pk, is_new=True)
        )


def _cursor_text(placed_at: datetime, order_id: int) -> str:
    return base64.urlsafe_b64encode(f"{placed_at.isoformat()}|{order_id}".encode()).decode()


def _cursor(text: str) -> tuple[datetime, int]:
    refused = ApiError("invalid_request", "This cursor is none of ours.", parameter="cursor")
    try:
        moment, _, order_id = base64.urlsafe_b64decode(text.encode()).decode().partition("|")
        placed_at, after = datetime.fromisoformat(moment), int(order_id)
        if placed_at.tzinfo is None or not 0 <= after < 2**63:
            raise refused
        return placed_at.astimezone(UTC), after
    except (ValueError, OverflowError, binascii.Error):
        raise refused from None


class OrderDetail(View, oscarapi.OrderDetail):
    """`orders/{id}/`: for the login that placed it, or the holder of the cart token that made it."""

    @extend_schema(
        operation_id="getOrder",
        summary="Read an order",
        parameters=[TOKEN_PARAMETER],
        responses={200: shapes.OrderShape, **problems(401, 404, 429)},
    )
    def get(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """The order; 404 for everybody else, as if there were none."""
        token = cart_token_of(request)
        user_id = request.user.pk if request.user.is_authenticated else None
        found = find_order(handle, user_id=user_id, token_hash=hash_of_token(token) if token else None)
        if found is None:
            raise ApiError("not_found")
        return self.private(order_bodies([found])[0], headers={"ETag": f'"{found.version}"'})


class OrderStatusView(View):
    """`orders/{id}/status/`, for staff."""

    has_version = True

    @extend_schema(
        operation_id="setOrderStatus",
        summary="Move an order along",
        request=shapes.StatusInput,
        responses={200: shapes.OrderShape, **problems(400, 401, 403, 404, 409, 412, 413, 415, 422, 429)},
    )
    def patch(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Move the order, or some units of its lines, to `status`. Shipping consumes stock, cancelling frees it."""
        data = self.parsed(shapes.StatusInput)
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
                version=self.version(),
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


__all__ = ["CheckoutView", "OrderDetail", "OrderList", "OrderStatusView"]
