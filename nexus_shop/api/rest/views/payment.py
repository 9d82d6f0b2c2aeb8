"""Payments and refunds: what is decided is committed, under the request's key, before a gateway is asked."""

from collections.abc import Callable
from typing import Any, Final

import orjson
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema

from forked_apps.basket.values import hash_of_token
from forked_apps.order.queries import Reader, find_order_id, id_of_order
from forked_apps.payment import calls
from forked_apps.payment.errors import PaymentDeclined, PaymentFacts, PaymentStateNotAllowed, PaymentUnavailable
from forked_apps.payment.models import PaymentAttempt, Source
from forked_apps.payment.operations import Begun, start_payment, want_capture, want_void
from forked_apps.payment.queries import charge_of_handle, find_charge, find_refund, find_source, refunds_page
from forked_apps.payment.refunds import refund_payment
from forked_apps.payment.states import DECLINED, FAILED
from nexus_shop.api.rest import idempotency
from nexus_shop.api.rest.base import R, View, answer
from nexus_shop.api.rest.clients import cart_token_of
from nexus_shop.api.rest.cursors import cursor_place, cursor_text, next_page
from nexus_shop.api.rest.errors import ApiError
from nexus_shop.api.rest.schema import problems
from nexus_shop.api.rest.serializers import payment as shapes
from nexus_shop.api.rest.serializers.fields import StrictSerializer
from nexus_shop.core.errors import NotFound
from nexus_shop.core.idempotency import Answer
from nexus_shop.core.money import Money

from .cart import TOKEN_PARAMETER
from .order import LINK_PARAMETER

SEES_PAYMENTS: Final = "payment.view_transaction"


class TwoSteps(View):
    """Views whose decision is one transaction, and whose answer says what a gateway made of it afterwards."""

    def decided(self, operation: Callable[[], R], ids: Callable[[R], dict[str, Any]]) -> Answer:
        """Run the operation, once for the request's key; the answer holds what `ids` makes of the result."""
        key = idempotency.key_of(self.request)
        if key is None:
            return answer(ids(operation()))
        return idempotency.run(
            self.request, key, operation, lambda result: self._rendered(result, lambda done: answer(ids(done)))
        )

    def told(self, decided: Answer, body: dict[str, Any], *, location: str = "") -> HttpResponse:
        """The final answer, in the place of the decision's."""
        headers = {"Location": location} if location else {}
        shown = answer(body, status=201 if location else 200, headers=headers)
        return self._respond(Answer(shown.status, shown.body, shown.headers, is_replay=decided.is_replay))

    def reader(self) -> Reader:
        """Who asks: a login, the holder of the cart token that made the order, or of a signed link to it."""
        request = self.request
        token = cart_token_of(request)
        return Reader(
            user_id=request.user.pk if request.user.is_authenticated else None,
            token_hash=hash_of_token(token) if token else None,
            link=request.GET.get("token"),
        )


class PaymentList(TwoSteps):
    """`payments/`."""

    write_parameters = frozenset({"token"})
    write_limits = ("checkout",)
    is_money_route = True

    @extend_schema(
        operation_id="pay",
        summary="Pay for an order",
        parameters=[TOKEN_PARAMETER, LINK_PARAMETER],
        request=shapes.PaymentInput,
        responses={201: shapes.PaymentAnswer, **problems(400, 401, 402, 404, 409, 413, 415, 422, 429)},
    )
    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Charge the order by a method. `expected_amount` is what the shopper has confirmed; else 409 `total_changed`.

        402 `payment_declined` and 503 `payment_unavailable`: surely nothing was charged, try again. Status `unknown`
        with the next action `wait`: nobody knows yet; ask again for the payment.
        """
        data = self.parsed(shapes.PaymentInput)
        order_id = find_order_id(data["order"], self.reader())
        if order_id is None:
            raise NotFound(pointer="/order")
        expected = Money(**data["expected_amount"])
        begun, decided = self._begin(order_id, data["method"], expected)
        if decided.status >= 400:
            return self._respond(decided)
        if begun.get("attempt") is None:
            source = Source.objects.select_related("order", "source_type").get(pk=begun["source"])
            return self._paid(decided, shapes.source_body(source))
        is_mine = begun["is_new"] and not decided.is_replay
        attempt = (
            calls.charge(begun["attempt"], data=data.get("data", {})) if is_mine else calls.check(begun["attempt"])
        )
        if decided.is_replay and attempt.status == FAILED:
            return self._again(decided)
        return self._told_of(decided, attempt)

    def _begin(self, order_id: int, method: str, expected: Money) -> tuple[dict[str, Any], Answer]:
        def ids(begun: Begun) -> dict[str, Any]:
            attempt_id = begun.attempt.pk if begun.attempt else None
            return {"source": begun.source.pk, "attempt": attempt_id, "is_new": begun.is_new}

        decided = self.decided(lambda: start_payment(order_id, method=method, expected=expected), ids)
        return orjson.loads(decided.body), decided

    def _again(self, decided: Answer) -> HttpResponse:
        """A key whose payment surely failed, for no fault of the shopper's, may try again."""
        key = idempotency.key_of(self.request)
        assert key is not None
        idempotency.forget(self.request, key, decided)
        return self.post(self.request)

    def _told_of(self, decided: Answer, attempt: PaymentAttempt) -> HttpResponse:
        facts = PaymentFacts(attempt.handle, attempt.status)
        if attempt.status == DECLINED:
            raise PaymentDeclined(facts)
        if attempt.status == FAILED:
            raise PaymentUnavailable(facts)
        return self._paid(decided, shapes.payment_body(attempt))

    def _paid(self, decided: Answer, body: dict[str, Any]) -> HttpResponse:
        return self.told(decided, body, location=f"/api/v1/payments/{body['id']}/")


class PaymentDetail(TwoSteps):
    """`payments/{id}/`, by the id of a payment, or of an entry of the order's `payments` (then its latest)."""

    query_parameters = frozenset({"token"})

    @extend_schema(
        operation_id="getPayment",
        summary="Read a payment",
        parameters=[TOKEN_PARAMETER, LINK_PARAMETER],
        responses={200: shapes.PaymentAnswer, **problems(400, 401, 404, 429)},
    )
    def get(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """The payment, to whom its order belongs, and to staff who may see payments; 404 for everybody else."""
        reader, sees_all = self.reader(), request.user.is_staff and request.user.has_perm(SEES_PAYMENTS)
        attempt = find_charge(handle, reader, sees_all=sees_all)
        if attempt is not None:
            return self.private(shapes.payment_body(attempt))
        source = find_source(handle, reader, sees_all=sees_all)
        if source is None:
            raise ApiError("not_found")
        return self.private(shapes.source_body(source))


class _Decision(TwoSteps):
    """What staff decide on a payment."""

    is_money_route = True

    def decide(self, handle: str, operation: Callable[..., PaymentAttempt]) -> HttpResponse:
        """Write the decision, ask the gateway, say how the payment stands."""
        self.parsed(StrictSerializer)
        found = charge_of_handle(handle)
        if found is None:
            if find_source(handle, Reader(), sees_all=True):  # what comes by hand has no charge
                raise PaymentStateNotAllowed
            raise ApiError("not_found")
        decided = self.decided(
            lambda: operation(found.pk, requested_by=self.request.user.pk), lambda attempt: {"attempt": attempt.pk}
        )
        if decided.status >= 400:
            return self._respond(decided)
        return self.told(decided, shapes.payment_body(calls.finish(found.pk)))


class CaptureView(_Decision):
    """`payments/{id}/capture/`."""

    @extend_schema(
        operation_id="capturePayment",
        summary="Take what was authorised",
        request=None,
        responses={200: shapes.PaymentAnswer, **problems(400, 401, 403, 404, 409, 413, 415, 422, 429)},
    )
    def post(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Capture the whole of an authorised payment. While the gateway is away it stays wanted, and is asked again."""
        return self.decide(handle, want_capture)


class VoidView(_Decision):
    """`payments/{id}/void/`."""

    @extend_schema(
        operation_id="voidPayment",
        summary="Let a payment go",
        request=None,
        responses={200: shapes.PaymentAnswer, **problems(400, 401, 403, 404, 409, 413, 415, 422, 429)},
    )
    def post(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Void a payment that has not ended, or that waits for staff because the gateway moved another amount."""
        return self.decide(handle, want_void)


class RefundList(TwoSteps):
    """`payments/refunds/`, for staff."""

    is_money_route = True
    query_parameters = frozenset({"order", "cursor", "page_size"})

    @extend_schema(
        operation_id="listRefunds",
        summary="List refunds",
        parameters=[shapes.RefundListParameters],
        responses={200: shapes.RefundPage, **problems(400, 401, 403, 404, 429)},
    )
    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """All refunds, or those of an order, newest first."""
        query = self.parameters(shapes.RefundListParameters)
        order_id = id_of_order(query["order"]) if "order" in query else None
        if "order" in query and order_id is None:
            raise ApiError("not_found", parameter="order")
        size = query["page_size"]
        after: Any = cursor_place(query["cursor"], ids=1) if "cursor" in query else (None, None)
        rows, count = refunds_page(order_id=order_id, before=after[1], limit=size + 1)
        last = rows[size - 1] if len(rows) > size else None
        following, headers = next_page(request, cursor_text(last.created_at, last.pk) if last else None)
        results = [shapes.refund_body(row) for row in rows[:size]]
        body = {"results": results, "next": following, "previous": None, "count": count}
        return self.private(body, headers=headers)

    @extend_schema(
        operation_id="refundPayment",
        summary="Give money back",
        request=shapes.RefundInput,
        responses={201: shapes.RefundAnswer, **problems(400, 401, 403, 404, 409, 413, 415, 422, 429)},
    )
    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Give back at most what was captured and not given back yet (422 `refund_exceeds_payment`).

        A gateway is asked at once, and again until it answers. Money that came by hand is recorded as paid out.
        """
        data = self.parsed(shapes.RefundInput)
        order_id = id_of_order(data["order"])
        if order_id is None:
            raise NotFound(pointer="/order")
        amount = Money(**data["amount"])
        decided = self.decided(lambda: self._refund(order_id, amount, data), lambda refund: {"refund": refund.pk})
        if decided.status >= 400:
            return self._respond(decided)
        body = shapes.refund_body(calls.refund(orjson.loads(decided.body)["refund"]))
        return self.told(decided, body, location=f"/api/v1/payments/refunds/{body['id']}/")

    def _refund(self, order_id: int, amount: Money, data: dict[str, Any]) -> PaymentAttempt:
        return refund_payment(
            order_id,
            amount=amount,
            payment=data.get("payment"),
            reason=data["reason"],
            reference=data["reference"],
            requested_by=self.request.user.pk,
            is_owed=data["is_owed"],
        )


class RefundDetail(View):
    """`payments/refunds/{id}/`, for staff."""

    @extend_schema(
        operation_id="getRefund",
        summary="Read a refund",
        responses={200: shapes.RefundAnswer, **problems(401, 403, 404, 429)},
    )
    def get(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """The refund."""
        refund = find_refund(handle)
        if refund is None:
            raise ApiError("not_found")
        return self.private(shapes.refund_body(refund))
