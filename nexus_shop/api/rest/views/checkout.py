"""Checkout and orders."""

from typing import Any, Final

from django.http import HttpResponse
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from oscarapi.views import checkout as oscarapi

from forked_apps.address.validation import PostalAddress
from forked_apps.basket.errors import CartEmpty, CartNotFound
from forked_apps.basket.queries import basket_id_of, find_cart
from forked_apps.basket.values import CartRef
from forked_apps.checkout.operations import Details, complete_checkout, place_order
from forked_apps.order.queries import discounts_of, order_by_id
from nexus_shop.api.rest.base import View, answer
from nexus_shop.api.rest.clients import order_client_of
from nexus_shop.api.rest.schema import problems
from nexus_shop.api.rest.serializers import checkout as shapes
from nexus_shop.api.rest.serializers import oscar
from nexus_shop.api.rest.serializers.fields import shop_currency
from nexus_shop.api.rest.serializers.order import OrderListParameters
from nexus_shop.api.rest.serializers.oscar_bodies import oscar_order_body
from nexus_shop.core.errors import NotFound
from nexus_shop.core.idempotency import Answer
from nexus_shop.core.money import ZERO, Money

from .addresses import UserAddressDetail, UserAddressList
from .basket import said_as
from .cart import TOKEN_PARAMETER, cart_ref, wanted_of
from .order import OrderDetail, order_answer, own_orders

# What oscarapi calls what an error is about.
OSCAR_POINTERS: Final = {
    "/email": "/guest_email",
    "/shipping_method": "/shipping_method_code",
    "/expected_total/currency": "/total",
}


class CheckoutView(View):
    """`checkout/`. oscarapi 3.3.0 checks neither stock nor total and leaves a dead cart after a crash."""

    write_limits = ("checkout",)
    is_money_route = True
    has_version = True

    @extend_schema(
        operation_id="checkout",
        summary="Place the order of the cart",
        parameters=[TOKEN_PARAMETER],
        request=PolymorphicProxySerializer(
            component_name="CheckoutBody",
            serializers=[shapes.CheckoutInput, oscar.OscarCheckoutInput],
            resource_type_field_name=None,
        ),
        responses={
            200: PolymorphicProxySerializer(
                component_name="CheckedOut",
                serializers=[shapes.OrderShape, oscar.OscarOrder],
                resource_type_field_name=None,
            ),
            201: shapes.OrderShape,
            **problems(400, 401, 404, 409, 412, 413, 415, 422, 429),
        },
    )
    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Turn the cart into an order awaiting payment (201). A cart that was ordered answers its order (200).

        `expected_total` is the total that the shopper has seen; if it is another now, 409 `total_changed` has the new.
        A body in oscarapi's fields is answered in oscarapi's fields, with 200.
        """
        if oscar.OscarCheckoutInput.is_meant_by(request.data):
            return self._as_oscarapi(request)
        data = self.parsed(shapes.CheckoutInput)
        details = _details(request, data)
        expected = Money(data["expected_total"]["amount"], data["expected_total"]["currency"])
        self.count_guesses(len({code.upper() for code in details.vouchers}))
        return self.write(
            lambda: complete_checkout(
                self._basket_id(data.get("cart")), details=details, expected_total=expected, version=self.tag()
            ),
            lambda placed: order_answer(placed.order.pk, is_new=placed.is_new),
        )

    def _as_oscarapi(self, request: Any) -> HttpResponse:
        """`basket` is the caller's own cart or none; `total` is the expected total, `shipping_charge` part of it."""
        data = self.parsed(oscar.OscarCheckoutInput)
        details = _details(request, _our_words(data))
        expected = Money(data["total"], shop_currency())
        charge = _charge_of(data["shipping_charge"]) if "shipping_charge" in data else None
        version = self.tag()

        def render(order_id: int) -> Answer:
            order = order_by_id(order_id)
            body = oscar_order_body(
                order, discounts_of(order_id), basket=data["basket"], is_guest=details.user_id is None
            )
            return answer(body, headers={"ETag": f'"{order.version}"'})

        return self.write(
            lambda: said_as(
                OSCAR_POINTERS,
                lambda: complete_checkout(
                    self._basket_id(data["basket"], pointer="/basket"),
                    details=details,
                    expected_total=expected,
                    expected_shipping=charge,
                    version=version,
                ),
            ),
            lambda placed: render(placed.order.pk),
        )

    def _basket_id(self, handle: str | None, *, pointer: str = "/cart") -> int:
        """The cart that is meant; asked for behind the key: a replay has no open cart any more."""
        ref = cart_ref(self.request)
        if handle is not None:
            named = basket_id_of(handle, ref)
            if named is None:
                raise NotFound(pointer=pointer)
            return named
        found = None if ref == CartRef() else find_cart(ref)
        if found is None or found.id is None:
            raise CartNotFound if ref.token_hash else CartEmpty
        return found.id


def _our_words(data: dict[str, Any]) -> dict[str, Any]:
    """What oscarapi's clients send, in our words."""
    words = {"email": "guest_email", "shipping_method": "shipping_method_code"}
    addresses = {name: data[name] for name in ("shipping_address", "billing_address") if name in data}
    return addresses | {ours: data[theirs] for ours, theirs in words.items() if theirs in data}


def _charge_of(charge: dict[str, Any]) -> Money:
    """The charge for delivery with its tax."""
    gross = charge.get("incl_tax", charge["excl_tax"] + charge.get("tax", ZERO))
    return Money(gross, charge.get("currency", shop_currency()))


def _details(request: Any, data: dict[str, Any]) -> Details:
    user = request.user if request.user.is_authenticated else None
    return Details(
        user_id=user.pk if user else None,
        email=user.email if user else data.get("email", ""),
        shipping_address=address_of_account(data.get("shipping_address"), user),
        billing_address=address_of_account(data.get("billing_address"), user),
        shipping_method=data.get("shipping_method"),
        payment_method=data.get("payment_method"),
        vouchers=tuple(data.get("vouchers", ())),
        notes=data.get("notes", ""),
        client=order_client_of(request),
    )


def address_of_account(address: PostalAddress | None, user: Any) -> PostalAddress | None:
    """The address; names default to the account's, where there is one."""
    is_login = user is not None and user.is_authenticated
    if address is None or not is_login or address.first_name or address.last_name:
        return address
    values = {name: getattr(address, name) for name in PostalAddress.__slots__}
    return PostalAddress(**values | {"first_name": user.first_name, "last_name": user.last_name})


class OrderList(View, oscarapi.OrderList):
    """`orders/`: one's own."""

    query_parameters = frozenset(OrderListParameters().fields)
    write_limits = ("checkout",)
    is_money_route = True

    @extend_schema(
        operation_id="listOrders",
        summary="List one's own orders",
        parameters=[OrderListParameters],
        responses={200: shapes.OrderPage, **problems(400, 401, 429)},
    )
    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Newest first, by cursor."""
        return own_orders(self, request)

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


__all__ = ["CheckoutView", "OrderDetail", "OrderList", "UserAddressDetail", "UserAddressList"]
