"""oscarapi's basket routes: façades over the operations of `cart/`, in oscarapi's field names.

A cart is the shopper's own open one, or it is not found: what is named by a handle is looked for among the caller's.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema

from forked_apps.address.queries import destination_in
from forked_apps.basket.operations import (
    Wanted,
    add_to_cart,
    empty_cart,
    open_cart,
    remove_line,
    set_line_quantity,
)
from forked_apps.basket.queries import cart_by_id, estimates, priced
from forked_apps.basket.values import Cart, CartRef, Changed
from forked_apps.basket.vouchers import add_voucher
from forked_apps.checkout.ordered import shown_cart
from nexus_shop.api.rest.base import answer
from nexus_shop.api.rest.schema import problems
from nexus_shop.api.rest.serializers import oscar as shapes
from nexus_shop.api.rest.serializers import oscar_bodies as bodies
from nexus_shop.api.rest.serializers.fields import MAX_INT
from nexus_shop.core.errors import DomainError, NotFound
from nexus_shop.core.idempotency import Answer
from nexus_shop.markets.taxes import Destination

from .cart import TOKEN_PARAMETER, WRITE_PROBLEMS, CartView, cart_ref, wanted_of
from .cart_extras import VoucherList

READ_PROBLEMS = problems(401, 404, 429)


def said_as(pointers: dict[str, str], operation: Callable[[], Any]) -> Any:
    """Run the operation; an error about a field names it as it was sent."""
    try:
        return operation()
    except DomainError as refused:
        refused.pointer = pointers.get(refused.pointer or "", refused.pointer)
        raise


class BasketFacade(CartView):
    """oscarapi answers 200 where a cart is made by the way."""

    made_status: ClassVar[int] = 200

    def body(self, cart: Cart, changed: Changed) -> Any:
        """The cart in oscarapi's fields."""
        return bodies.basket_body(priced(cart))


class BasketView(BasketFacade):
    """`basket/`. oscarapi 3.3.0 creates a basket and a session with each anonymous GET."""

    @extend_schema(
        operation_id="getBasket",
        summary="Read the cart",
        parameters=[TOKEN_PARAMETER],
        responses={200: shapes.OscarBasket, **READ_PROBLEMS},
    )
    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """As `cart/`, in oscarapi's fields."""
        cart = self.cart()
        return self.private(bodies.basket_body(shown_cart(cart)), headers={"ETag": f'"{cart.version}"'})


class AddProductView(BasketFacade):
    """`basket/add-product/`. oscarapi 3.3.0 loses rivals' units, and takes negative ones."""

    @extend_schema(
        operation_id="addProductToBasket",
        summary="Add a product",
        parameters=[TOKEN_PARAMETER],
        request=shapes.AddProductInput,
        responses={200: shapes.OscarBasket, **WRITE_PROBLEMS},
    )
    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """As `POST cart/items/`: the cart is made if there is none, an equal line grows."""
        data = self.parsed(shapes.AddProductInput)
        wanted: Wanted = wanted_of(data | {"product_id": min(int(data["url"]), MAX_INT)}, "")
        return self.change(
            lambda ref, token: said_as(
                {"/product_id": "/url"},
                lambda: add_to_cart(ref, wanted=wanted, token=token, version=self.tag()),
            )
        )


class AddVoucherView(VoucherList):
    """`basket/add-voucher/`. oscarapi 3.3.0 tells guessers whether a code is unknown, expired or used."""

    made_status: ClassVar[int] = 200
    code: str

    @extend_schema(
        operation_id="addVoucherToBasket",
        summary="Add a voucher",
        parameters=[TOKEN_PARAMETER],
        request=shapes.AddVoucherInput,
        responses={200: shapes.OscarVoucher, **WRITE_PROBLEMS},
    )
    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """As `POST cart/vouchers/`; answers the voucher."""
        self.count_guesses()
        self.code = self.parsed(shapes.AddVoucherInput)["vouchercode"].upper()
        return self.change(
            lambda ref, token: said_as(
                {"/code": "/vouchercode"},
                lambda: add_voucher(ref, code=self.code, token=token, version=self.tag()),
            )
        )

    def body(self, cart: Cart, changed: Changed) -> Any:
        """The voucher; one that was there already may count no more."""
        found = next((voucher for voucher in priced(cart).vouchers if voucher.code == self.code), None)
        if found is None:
            return {"name": self.code, "code": self.code, "start_datetime": None, "end_datetime": None}
        return bodies.voucher_body(found)


class ShippingMethodView(CartView):
    """`basket/shipping-methods/`."""

    has_version = False

    @extend_schema(
        operation_id="listBasketShippingMethods",
        summary="Ways of delivery",
        parameters=[TOKEN_PARAMETER],
        responses={200: shapes.OscarShippingMethod(many=True), **READ_PROBLEMS},
    )
    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """The ways of delivery for this cart, cheapest first, wherever it may go."""
        return self.private(self._methods(None))

    @extend_schema(
        operation_id="findBasketShippingMethods",
        summary="Ways of delivery to an address",
        parameters=[TOKEN_PARAMETER],
        request=shapes.OscarAddress,
        responses={200: shapes.OscarShippingMethod(many=True), **problems(400, 401, 404, 409, 413, 415, 422, 429)},
    )
    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """The ways of delivery to the address, with its taxes. Writes nothing."""
        address = self.parsed(shapes.OscarAddress)
        return self.write(
            lambda: self._methods(destination_in(address.country, address.state, address.postcode)), answer
        )

    def _methods(self, destination: Destination | None) -> list[dict[str, Any]]:
        _, by_method = estimates(self.cart(), destination)
        return [bodies.shipping_method_body(*each) for each in by_method]


class OwnBasketView(BasketFacade):
    """What the routes of a named cart share. oscarapi 3.3.0 opens any cart to whoever counts up its id."""

    def ref(self) -> CartRef:
        """The caller's open cart of that handle, or none."""
        return replace(cart_ref(self.request), handle=self.kwargs["basket"])

    def own_cart(self) -> Cart:
        """The caller's open cart, if it is the one that was named. Raises NotFound, CartNotFound."""
        cart = self.cart()
        if cart.handle != self.kwargs["basket"] or cart.status != "Open":
            raise NotFound
        return cart

    def removed(self, operation: Callable[[], Changed]) -> HttpResponse:
        """Run an operation that takes something away, and answer nothing."""
        return self.write(operation, lambda _: Answer(204, b"", {}))


class BasketList(BasketFacade):
    """`baskets/`."""

    made_status: ClassVar[int] = 201
    address: ClassVar[str] = "basket/"

    @extend_schema(
        operation_id="listBaskets",
        summary="List one's open cart",
        parameters=[TOKEN_PARAMETER],
        responses={200: shapes.OscarBasket(many=True), **READ_PROBLEMS},
    )
    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """The caller's open cart, or nothing: a shopper has one at most."""
        cart = self.cart()
        is_open = cart.handle is not None and cart.status == "Open"
        return self.private([bodies.basket_body(priced(cart))] if is_open else [])

    @extend_schema(
        operation_id="openBasket",
        summary="Open a cart",
        parameters=[TOKEN_PARAMETER],
        request=shapes.OscarNewBasket,
        responses={200: shapes.OscarBasket, 201: shapes.OscarBasket, **WRITE_PROBLEMS},
    )
    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """As `POST cart/`: a new cart (201) or the one at hand (200). Owner, status and currency are the shop's."""
        self.parsed(shapes.OscarNewBasket)
        return self.change(lambda ref, token: open_cart(ref, token=token, version=self.tag()))


class BasketDetail(OwnBasketView):
    """`baskets/{id}/`. oscarapi 3.3.0 lets a client give the cart to another, and set its status."""

    @extend_schema(
        operation_id="getOwnBasket",
        summary="Read one's open cart",
        parameters=[TOKEN_PARAMETER],
        responses={200: shapes.OscarBasket, **READ_PROBLEMS},
    )
    def get(self, request: Any, basket: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """The cart of that id, if it is the caller's open one."""
        cart = self.own_cart()
        return self.private(bodies.basket_body(priced(cart)), headers={"ETag": f'"{cart.version}"'})

    @extend_schema(
        operation_id="emptyBasket",
        summary="Empty one's open cart",
        parameters=[TOKEN_PARAMETER],
        responses={204: None, **WRITE_PROBLEMS},
    )
    def delete(self, request: Any, basket: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Take everything out. The cart itself stays, with its token."""
        return self.removed(lambda: empty_cart(self.ref(), version=self.tag()))


class LineList(OwnBasketView):
    """`baskets/{id}/lines/`. oscarapi 3.3.0 lets a client choose price, currency and stock record of a new line."""

    @extend_schema(
        operation_id="listBasketLines",
        summary="List the lines of one's open cart",
        parameters=[TOKEN_PARAMETER],
        responses={200: shapes.OscarLine(many=True), **READ_PROBLEMS},
    )
    def get(self, request: Any, basket: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """All lines, as they came."""
        cart = self.own_cart()
        return self.private(bodies.line_bodies(priced(cart)), headers={"ETag": f'"{cart.version}"'})


class BasketLineDetail(OwnBasketView):
    """`baskets/{id}/lines/{id}/`. oscarapi 3.3.0 lets a client give a line to another's basket."""

    @extend_schema(
        operation_id="getBasketLine",
        summary="Read a line",
        parameters=[TOKEN_PARAMETER],
        responses={200: shapes.OscarLine, **READ_PROBLEMS},
    )
    def get(self, request: Any, basket: str, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """A line of the caller's open cart."""
        cart = self.own_cart()
        return self.private(self._line(cart), headers={"ETag": f'"{cart.version}"'})

    @extend_schema(
        operation_id="replaceBasketLine",
        summary="Set a line's quantity",
        parameters=[TOKEN_PARAMETER],
        request=shapes.OscarQuantity,
        responses={200: shapes.OscarLine, **WRITE_PROBLEMS},
    )
    def put(self, request: Any, basket: str, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Set the quantity; the rest of a line is the shop's."""
        return self._set_quantity(handle)

    @extend_schema(
        operation_id="changeBasketLine",
        summary="Set a line's quantity",
        parameters=[TOKEN_PARAMETER],
        request=shapes.OscarQuantity,
        responses={200: shapes.OscarLine, **WRITE_PROBLEMS},
    )
    def patch(self, request: Any, basket: str, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Set the quantity; the rest of a line is the shop's."""
        return self._set_quantity(handle)

    @extend_schema(
        operation_id="removeBasketLine",
        summary="Remove a line",
        parameters=[TOKEN_PARAMETER],
        responses={204: None, **WRITE_PROBLEMS},
    )
    def delete(self, request: Any, basket: str, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Take the line out."""
        return self.removed(lambda: remove_line(self.ref(), line_handle=handle, version=self.tag()))

    def _set_quantity(self, handle: str) -> HttpResponse:
        quantity = self.parsed(shapes.OscarQuantity)["quantity"]
        return self.write(
            lambda: set_line_quantity(self.ref(), line_handle=handle, quantity=quantity, version=self.tag()),
            self._changed_line,
        )

    def _changed_line(self, changed: Changed) -> Answer:
        cart = cart_by_id(changed.basket_id)
        return answer(self._line(cart), headers={"ETag": f'"{cart.version}"'})

    def _line(self, cart: Cart) -> dict[str, Any]:
        found = [line for line in bodies.line_bodies(priced(cart)) if line["id"] == self.kwargs["handle"]]
        if not found:
            raise NotFound
        return found[0]


__all__ = [
    "AddProductView",
    "AddVoucherView",
    "BasketDetail",
    "BasketLineDetail",
    "BasketList",
    "BasketView",
    "LineList",
    "ShippingMethodView",
]
