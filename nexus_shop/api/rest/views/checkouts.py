"""`checkouts/`: checkout step by step, for whom the cart belongs to."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema

from forked_apps.address.validation import PostalAddress
from forked_apps.basket.errors import CartEmpty
from forked_apps.basket.values import CartRef
from forked_apps.checkout.queries import Session, checkout_by_id, find_checkout, priced_checkout
from forked_apps.checkout.sessions import (
    Opened,
    Payer,
    cancel_checkout,
    change_checkout,
    complete_session,
    open_checkout,
    open_payment_session,
)
from nexus_shop.api.rest.base import View, answer
from nexus_shop.api.rest.clients import order_client_of
from nexus_shop.api.rest.errors import ApiError
from nexus_shop.api.rest.schema import problems
from nexus_shop.api.rest.serializers import checkout as order_shapes
from nexus_shop.api.rest.serializers import checkouts as shapes
from nexus_shop.api.rest.serializers.basket import NoBody, ShippingMethodShape
from nexus_shop.api.rest.serializers.bodies import quote_body
from nexus_shop.api.rest.serializers.checkout_bodies import checkout_body, payment_session_body
from nexus_shop.core.idempotency import Answer
from nexus_shop.core.money import Money

from .cart import TOKEN_PARAMETER, cart_ref
from .checkout import address_of_account
from .order import order_answer

READ_PROBLEMS = problems(401, 404, 429)
STEP_PROBLEMS = problems(400, 401, 404, 409, 412, 413, 415, 422, 429)


class SessionView(View):
    """What all checkout routes share."""

    has_version = True

    def ref(self) -> CartRef:
        """Whose checkout; nobody's is not found."""
        return cart_ref(self.request)

    def session(self, handle: str) -> Session:
        """The caller's own checkout; 404 for everybody else, as if there were none."""
        found = find_checkout(handle, self.ref())
        if found is None:
            raise ApiError("not_found")
        return found

    def change(self, handle: str, changes: dict[str, Any]) -> HttpResponse:
        """Keep what was said and answer the whole checkout."""
        values = {name: self._kept(value) for name, value in changes.items()}
        return self.write(
            lambda: change_checkout(handle, self.ref(), changes=values, version=self.tag()), checkout_answer
        )

    def _kept(self, value: Any) -> Any:
        return address_of_account(value, self.request.user) if isinstance(value, PostalAddress) else value


def checkout_answer(session_id: int, *, is_new: bool = False) -> Answer:
    """A checkout, fresh from its rows."""
    session = checkout_by_id(session_id)
    headers = {"ETag": f'"{session.version}"'}
    if is_new:
        headers["Location"] = f"/api/v1/checkouts/{session.handle}/"
    return answer(checkout_body(priced_checkout(session)), status=201 if is_new else 200, headers=headers)


class CheckoutList(SessionView):
    """`checkouts/`."""

    has_version = False

    @extend_schema(
        operation_id="openCheckout",
        summary="Begin to check out",
        parameters=[TOKEN_PARAMETER],
        request=NoBody,
        responses={
            200: shapes.CheckoutShape,
            201: shapes.CheckoutShape,
            **problems(400, 401, 404, 409, 413, 415, 422, 429),
        },
    )
    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Open a checkout of the cart (201), or answer the one that is open (200)."""
        self.parsed(NoBody)
        ref = self.ref()
        if ref == CartRef():
            raise CartEmpty
        return self.write(
            lambda: open_checkout(ref), lambda opened: checkout_answer(opened.session_id, is_new=opened.is_new)
        )


class CheckoutDetail(SessionView):
    """`checkouts/{id}/`."""

    @extend_schema(
        operation_id="getCheckout",
        summary="Read a checkout",
        parameters=[TOKEN_PARAMETER],
        responses={200: shapes.CheckoutShape, **READ_PROBLEMS},
    )
    def get(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """What was said so far, the cart at the prices of now for where it goes, and what is missing or has changed.

        A completed one shows its cart as it was ordered.
        """
        session = self.session(handle)
        return self.private(checkout_body(priced_checkout(session)), headers={"ETag": f'"{session.version}"'})

    @extend_schema(
        operation_id="changeCheckout",
        summary="Say something of a checkout",
        parameters=[TOKEN_PARAMETER],
        request=shapes.CheckoutChange,
        responses={200: shapes.CheckoutShape, **STEP_PROBLEMS},
    )
    def patch(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Any of the steps, in any order."""
        data = dict(self.parsed(shapes.CheckoutChange))
        for name in ("shipping_method", "payment_method"):
            if name in data:
                data[name] = data[name] or ""
        return self.change(handle, data)


class CheckoutAddresses(SessionView):
    """`checkouts/{id}/addresses/`."""

    @extend_schema(
        operation_id="setCheckoutAddresses",
        summary="Say where it goes",
        parameters=[TOKEN_PARAMETER],
        request=shapes.AddressesInput,
        responses={200: shapes.CheckoutShape, **STEP_PROBLEMS},
    )
    def put(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Both addresses anew. Taxes and ways of delivery follow."""
        return self.change(handle, dict(self.parsed(shapes.AddressesInput)))


class CheckoutShippingMethods(SessionView):
    """`checkouts/{id}/shipping-methods/`."""

    @extend_schema(
        operation_id="listCheckoutShippingMethods",
        summary="Ways of delivery of a checkout",
        parameters=[TOKEN_PARAMETER],
        responses={200: ShippingMethodShape(many=True), **READ_PROBLEMS},
    )
    def get(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Those to where it goes, cheapest first."""
        return self.private([quote_body(quote) for quote in priced_checkout(self.session(handle)).quotes])


class CheckoutShipments(SessionView):
    """`checkouts/{id}/shipments/`."""

    @extend_schema(
        operation_id="setCheckoutShipment",
        summary="Choose the way of delivery",
        parameters=[TOKEN_PARAMETER],
        request=shapes.ShipmentInput,
        responses={200: shapes.CheckoutShape, **STEP_PROBLEMS},
    )
    def put(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """One of `shipping-methods/`."""
        return self.change(handle, dict(self.parsed(shapes.ShipmentInput)))


class CheckoutPaymentSessions(SessionView):
    """`checkouts/{id}/payment-sessions/`: the stock is held while the shopper pays."""

    has_version = False
    write_limits = ("checkout",)

    @extend_schema(
        operation_id="getPaymentSession",
        summary="Read the payment session",
        parameters=[TOKEN_PARAMETER],
        responses={200: shapes.PaymentSessionShape, **READ_PROBLEMS},
    )
    def get(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """The payment session; 404 until one has been opened."""
        session = self.session(handle)
        if session.held_until is None:
            raise ApiError("not_found")
        return self.private(payment_session_body(priced_checkout(session)))

    @extend_schema(
        operation_id="openPaymentSession",
        summary="Hold the stock and choose how to pay",
        parameters=[TOKEN_PARAMETER],
        request=shapes.PaymentSessionInput,
        responses={200: shapes.PaymentSessionShape, 201: shapes.PaymentSessionShape, **STEP_PROBLEMS},
    )
    def post(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Hold what is in the cart for the payment method's time to pay (201).

        While one is open (200) it holds what is in the cart now, no longer than it did before.
        """
        return self._open(handle, is_known=False)

    @extend_schema(
        operation_id="changePaymentSession",
        summary="Choose another way to pay",
        parameters=[TOKEN_PARAMETER],
        request=shapes.PaymentSessionInput,
        responses={200: shapes.PaymentSessionShape, 201: shapes.PaymentSessionShape, **STEP_PROBLEMS},
    )
    def patch(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """As POST, where there is one already."""
        return self._open(handle, is_known=True)

    def _open(self, handle: str, *, is_known: bool) -> HttpResponse:
        code = self.parsed(shapes.PaymentSessionInput).get("payment_method", "")
        client = order_client_of(self.request)
        return self.write(
            lambda: open_payment_session(handle, self.ref(), payment_method=code, client=client, is_known=is_known),
            _payment_session_answer,
        )


def _payment_session_answer(opened: Opened) -> Answer:
    body = payment_session_body(priced_checkout(checkout_by_id(opened.session_id)))
    return answer(body, status=201 if opened.is_new else 200)


class CheckoutComplete(SessionView):
    """`checkouts/{id}/complete/`."""

    write_limits = ("checkout",)
    is_money_route = True

    @extend_schema(
        operation_id="completeCheckout",
        summary="Place the order of a checkout",
        parameters=[TOKEN_PARAMETER],
        request=shapes.CompleteInput,
        responses={200: order_shapes.OrderShape, 201: order_shapes.OrderShape, **STEP_PROBLEMS},
    )
    def post(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Turn the cart into an order awaiting payment (201), by the rules of `checkout/`; again: its order (200)."""
        total = self.parsed(shapes.CompleteInput)["expected_total"]
        user = request.user if request.user.is_authenticated else None
        payer = Payer(email=user.email if user else "", client=order_client_of(request))
        return self.write(
            lambda: complete_session(
                handle,
                self.ref(),
                payer=payer,
                expected_total=Money(total["amount"], total["currency"]),
                version=self.tag(),
            ),
            lambda placed: order_answer(placed.order.pk, is_new=placed.is_new),
        )


class CheckoutCancel(SessionView):
    """`checkouts/{id}/cancel/`."""

    @extend_schema(
        operation_id="cancelCheckout",
        summary="Leave a checkout",
        parameters=[TOKEN_PARAMETER],
        request=NoBody,
        responses={200: shapes.CheckoutShape, **STEP_PROBLEMS},
    )
    def post(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """The stock that it holds goes back; the cart stays as it is."""
        self.parsed(NoBody)
        return self.write(lambda: cancel_checkout(handle, self.ref(), version=self.tag()), checkout_answer)
