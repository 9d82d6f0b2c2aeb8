"""The cart of a login, or of the guest who holds its token."""

import secrets
from typing import Any, ClassVar, Final

import orjson
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema

from forked_apps.address.queries import destination_in
from forked_apps.basket.changing import change_cart
from forked_apps.basket.errors import CartNotFound, CartOrdered
from forked_apps.basket.operations import (
    Wanted,
    add_to_cart,
    empty_cart,
    open_cart,
    remove_line,
    replace_cart_lines,
    set_line_quantity,
)
from forked_apps.basket.queries import cart_by_id, find_cart, no_cart, priced, quotes_of
from forked_apps.basket.values import Cart, CartRef, Changed, hash_of_token
from forked_apps.checkout.ordered import shown_cart
from nexus_shop.api.rest import idempotency
from nexus_shop.api.rest.base import View, answer
from nexus_shop.api.rest.clients import address_of, cart_token_of
from nexus_shop.api.rest.errors import ApiError
from nexus_shop.api.rest.limits import count_for
from nexus_shop.api.rest.rendering import to_json
from nexus_shop.api.rest.schema import problems
from nexus_shop.api.rest.serializers import basket as shapes
from nexus_shop.api.rest.serializers.bodies import cart_body, quote_body
from nexus_shop.core.errors import NotFound
from nexus_shop.core.idempotency import Answer
from nexus_shop.markets.taxes import Destination

#: In the stored answer of a first cart write: what its token is made from again when the answer goes out.
NEW_CART: Final = "X-New-Cart"
TOKEN_PARAMETER: Final = OpenApiParameter(
    "X-Cart-Token", str, OpenApiParameter.HEADER, description="The guest's cart; logins have theirs."
)
WRITE_PROBLEMS: Final = problems(400, 401, 404, 409, 412, 413, 415, 422, 429)


def cart_ref(request: Any) -> CartRef:
    """Whose cart: the login's, else the token's."""
    if request.user.is_authenticated:
        return CartRef(owner_id=request.user.pk)
    token = cart_token_of(request)
    return CartRef(token_hash=hash_of_token(token) if token else None)


class CartView(View):
    """What all cart routes share."""

    has_version = True
    #: What the write that makes the cart answers, and where the cart is found then.
    made_status: ClassVar[int] = 201
    address: ClassVar[str] = "cart/"

    def ref(self) -> CartRef:
        """Which cart is written."""
        return cart_ref(self.request)

    def cart(self) -> Cart:
        """The cart at hand, or an empty one that is not stored. Raises CartNotFound for an unknown token."""
        ref = cart_ref(self.request)
        if ref == CartRef():
            return no_cart()
        found = find_cart(ref)
        if found is None and ref.token_hash is not None:
            raise CartNotFound
        return found or no_cart()

    def change(self, operation: Any) -> HttpResponse:
        """Run `operation(ref, token)` and answer the whole cart; 201 and the token where it was made."""
        ref = self.ref()
        self.nonce = secrets.token_urlsafe(16)
        token = idempotency.cart_token_for(self.request, self.nonce)
        if ref == CartRef():
            self._count_new_cart()
        return self.write(lambda: self._changed(operation, ref, token), self._render)

    def _changed(self, operation: Any, ref: CartRef, token: str) -> Changed:
        """Whoever goes on with the token of an ordered cart gets a new cart, within the limit of new carts."""
        try:
            changed: Changed = operation(ref, token)
        except CartOrdered:
            self._count_new_cart()
            changed = operation(CartRef(follows=ref.token_hash), token)
        return changed

    def _count_new_cart(self) -> None:
        count_for([("new_cart", f"address:{address_of(self.request)}")])

    def _render(self, changed: Changed) -> Answer:
        cart = cart_by_id(changed.basket_id)
        headers = {"ETag": f'"{cart.version}"'}
        if changed.is_new and self.made_status == 201:
            headers["Location"] = f"/api/v1/{self.address}"
        if changed.token is not None:
            headers[NEW_CART] = self.nonce
        return answer(self.body(cart, changed), status=self.made_status if changed.is_new else 200, headers=headers)

    def body(self, cart: Cart, changed: Changed) -> Any:
        """What a write answers: the whole cart."""
        return cart_body(priced(cart)) | self.more(changed)

    def more(self, changed: Changed) -> dict[str, Any]:
        """What the answer has beside the cart."""
        return {}

    def finish(self, answer: Answer) -> Answer:
        """Hand the token of a new guest cart out, in header and body."""
        if NEW_CART not in answer.headers:
            return answer
        headers = {name: value for name, value in answer.headers.items() if name != NEW_CART}
        token = idempotency.cart_token_for(self.request, answer.headers[NEW_CART])
        body = orjson.loads(answer.body) | {"token": token}
        return Answer(answer.status, to_json(body), headers | {"X-Cart-Token": token}, answer.is_replay)


class CartDetail(CartView):
    """`cart/`."""

    @extend_schema(
        operation_id="getCart",
        summary="Read the cart",
        parameters=[TOKEN_PARAMETER],
        responses={200: shapes.CartShape, **problems(401, 404, 429)},
    )
    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """The cart with its totals; `id` is null where there is none, and none is made; an ordered one as ordered."""
        cart = self.cart()
        return self.private(cart_body(shown_cart(cart)), headers={"ETag": f'"{cart.version}"'})

    @extend_schema(
        operation_id="openCart",
        summary="Open a cart",
        parameters=[TOKEN_PARAMETER],
        request=shapes.NoBody,
        responses={200: shapes.CartShape, 201: shapes.CartShape, **WRITE_PROBLEMS},
    )
    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Make a cart (201) or answer the one at hand (200). A guest's token comes in `X-Cart-Token` and `token`."""
        self.parsed(shapes.NoBody)
        return self.change(lambda ref, token: open_cart(ref, token=token, version=self.tag()))

    @extend_schema(
        operation_id="changeCart",
        summary="Keep notes, accept what has changed",
        parameters=[TOKEN_PARAMETER],
        request=shapes.CartInput,
        responses={200: shapes.CartShape, 201: shapes.CartShape, **WRITE_PROBLEMS},
    )
    def patch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """`notes` go with the order. `accept` names codes of `problems`: prices of now are taken as seen, quantities
        lowered to what there is, products removed that are not sold any more, or not with the options of the line, and
        vouchers that do not count, or do nothing for the cart; of lines that are gone nothing more is told.
        """
        data = self.parsed(shapes.CartInput)
        return self.change(
            lambda ref, token: change_cart(
                ref, notes=data.get("notes"), accept=data.get("accept", ()), token=token, version=self.tag()
            )
        )

    @extend_schema(
        operation_id="emptyCart",
        summary="Empty the cart",
        parameters=[TOKEN_PARAMETER],
        responses={200: shapes.CartShape, 201: shapes.CartShape, **WRITE_PROBLEMS},
    )
    def delete(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Take everything out."""
        return self.change(lambda ref, token: empty_cart(ref, token=token, version=self.tag()))


class CartItems(CartView):
    """`cart/items/`."""

    @extend_schema(
        operation_id="addToCart",
        summary="Add a product",
        parameters=[TOKEN_PARAMETER],
        request=shapes.ItemInput,
        responses={200: shapes.CartShape, 201: shapes.CartShape, **WRITE_PROBLEMS},
    )
    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Put units of a product into the cart, which is made if there is none. An equal line grows."""
        wanted = wanted_of(self.parsed(shapes.ItemInput), "")
        return self.change(lambda ref, token: add_to_cart(ref, wanted=wanted, token=token, version=self.tag()))

    @extend_schema(
        operation_id="replaceCartItems",
        summary="Replace all lines",
        parameters=[TOKEN_PARAMETER],
        request=shapes.ItemsInput,
        responses={200: shapes.CartShape, 201: shapes.CartShape, **WRITE_PROBLEMS},
    )
    def put(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Let the cart hold exactly these lines: all or none."""
        items = self.parsed(shapes.ItemsInput)["items"]
        wanted = [wanted_of(item, f"/items/{position}") for position, item in enumerate(items)]
        return self.change(lambda ref, token: replace_cart_lines(ref, wanted=wanted, token=token, version=self.tag()))

    @extend_schema(
        operation_id="emptyCartItems",
        summary="Empty the cart",
        parameters=[TOKEN_PARAMETER],
        responses={200: shapes.CartShape, 201: shapes.CartShape, **WRITE_PROBLEMS},
    )
    def delete(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Take everything out."""
        return self.change(lambda ref, token: empty_cart(ref, token=token, version=self.tag()))


class CartItemDetail(CartView):
    """`cart/items/{id}/`."""

    @extend_schema(
        operation_id="setCartItemQuantity",
        summary="Set a line's quantity",
        parameters=[TOKEN_PARAMETER],
        request=shapes.QuantityInput,
        responses={200: shapes.CartShape, **WRITE_PROBLEMS},
    )
    def patch(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Set the quantity; 0 removes the line. The price of now is taken as seen."""
        quantity = self.parsed(shapes.QuantityInput)["quantity"]
        return self.change(
            lambda ref, token: set_line_quantity(ref, line_handle=handle, quantity=quantity, version=self.tag())
        )

    @extend_schema(
        operation_id="removeCartItem",
        summary="Remove a line",
        parameters=[TOKEN_PARAMETER],
        responses={200: shapes.CartShape, **WRITE_PROBLEMS},
    )
    def delete(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Take the line out."""
        return self.change(lambda ref, token: remove_line(ref, line_handle=handle, version=self.tag()))


class CartShippingMethods(CartView):
    """`cart/shipping-methods/`."""

    query_parameters = frozenset(shapes.ShippingParameters().fields)

    @extend_schema(
        operation_id="listShippingMethods",
        summary="Ways of delivery",
        parameters=[TOKEN_PARAMETER, shapes.ShippingParameters],
        responses={200: shapes.ShippingMethodShape(many=True), **problems(400, 401, 404, 429)},
    )
    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """The ways of delivery for this cart, cheapest first; none to a country that the shop does not serve."""
        query = self.parameters(shapes.ShippingParameters)
        return self.private([quote_body(quote) for quote in quotes_of(self.cart(), place_of(query))])


def destination_of(query: dict[str, Any]) -> Destination:
    """Where a shopper says that the goods go."""
    return Destination(query["country"], query.get("state", ""), query.get("postcode", ""))


def place_of(query: dict[str, Any]) -> Destination | None:
    """Where the goods go by the query, if it says so. An unknown country is 404 `not_found`."""
    try:
        return destination_in(**query) if "country" in query else None
    except NotFound:
        raise ApiError("not_found", parameter="country") from None


def wanted_of(item: dict[str, Any], pointer: str) -> Wanted:
    """A validated item as the operations want it."""
    options = {option["option"]: option["value"] for option in item.get("options", [])}
    return Wanted(item["product_id"], item["quantity"], options, pointer)


__all__ = ["CartDetail", "CartItemDetail", "CartItems", "CartShippingMethods"]
