"""What the cart would cost somewhere, and why it costs what it costs."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema

from forked_apps.address.queries import destination_in
from forked_apps.basket.explaining import CartExplanation, explain_cart
from forked_apps.basket.queries import estimates
from forked_apps.basket.values import PricedCart
from forked_apps.offer.explaining import Explanation
from forked_apps.shipping.pricing import Method, ShippingQuote, Verdict
from nexus_shop.api.rest.base import answer
from nexus_shop.api.rest.schema import problems
from nexus_shop.api.rest.serializers import prices as shapes
from nexus_shop.api.rest.serializers.bodies import cart_problems, quote_body
from nexus_shop.core.money import ZERO, Money

from .cart import TOKEN_PARAMETER, CartView, place_of


class CartEstimateView(CartView):
    """`cart/estimate/`."""

    has_version = False

    @extend_schema(
        operation_id="estimateCart",
        summary="What the cart would cost there",
        parameters=[TOKEN_PARAMETER],
        request=shapes.EstimateInput,
        responses={200: shapes.EstimateShape, **problems(400, 401, 404, 409, 413, 415, 422, 429)},
    )
    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Taxes and ways of delivery for a country, state and postcode, with the totals of each. Writes nothing."""
        destination = destination_in(**self.parsed(shapes.EstimateInput))
        return self.write(
            lambda: estimates(self.cart(), destination),
            lambda found: answer(_estimate(*found)),
        )


class CartExplainView(CartView):
    """`cart/explain/`."""

    has_version = False
    query_parameters = frozenset(shapes.ExplainParameters().fields)

    @extend_schema(
        operation_id="explainCart",
        summary="Why the cart costs what it costs",
        parameters=[TOKEN_PARAMETER, shapes.ExplainParameters],
        responses={200: shapes.ExplanationShape, **problems(400, 401, 404, 429)},
    )
    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Which offer, voucher, tax and way of delivery applies or not, why, and what is missing to the next one."""
        destination = place_of(self.parameters(shapes.ExplainParameters))
        return self.private(_explanation(explain_cart(self.cart(), destination=destination)))


def _estimate(priced: PricedCart, by_method: list[tuple[ShippingQuote, PricedCart]]) -> dict[str, Any]:
    return {
        "is_served": any(not quote.is_collected for quote, _ in by_method),
        "totals": priced.totals.as_json(),
        "shipping_methods": [quote_body(quote) | {"totals": each.totals.as_json()} for quote, each in by_method],
        "problems": cart_problems(priced),
    }


def _explanation(explained: CartExplanation) -> dict[str, Any]:
    priced = explained.priced
    currency = priced.cart.currency
    reasons = dict.fromkeys(priced.waiting, "waiting") | {each.code: "applied" for each in priced.working_vouchers}
    return {
        "totals": priced.totals.as_json(),
        "offers": [_offer(entry, currency) for entry in explained.offers],
        "vouchers": [
            *(_voucher(each.code, reasons.get(each.code, "voucher_not_applicable")) for each in priced.vouchers),
            *(_voucher(code, "voucher_invalid") for code in explained.refused_vouchers),
        ],
        "taxes": [
            {"item": tax.item, "rate": None if tax.rate is None else f"{tax.rate:f}", "rule": tax.rule}
            for tax in explained.taxes
        ],
        "shipping": [_method(method, found, priced) for method, found in explained.shipping],
    }


def _method(method: Method, found: Verdict, priced: PricedCart) -> dict[str, Any]:
    currency = priced.cart.currency
    is_chosen = priced.shipping is not None and method.code == priced.shipping.code
    reason = found.reason or ("applied" if is_chosen else "available")
    return {
        "code": method.code,
        "name": method.name,
        "applied": reason == "applied",
        "charge": None if found.charge is None else Money(found.charge, currency).as_json(),
        "reason": reason,
        "to_free": None if found.to_free is None else Money(found.to_free, currency).as_json(),
    }


def _voucher(code: str, reason: str) -> dict[str, Any]:
    return {"code": code, "applied": reason == "applied", "reason": reason}


def _offer(entry: Explanation, currency: str) -> dict[str, Any]:
    voucher, amount = entry.offer.get_voucher(), entry.missing_amount
    return {
        "name": entry.offer.name,
        "description": entry.offer.description,
        "voucher": voucher.code if voucher else None,
        "applied": entry.application is not None,
        "applications": entry.application.frequency if entry.application else 0,
        "amount": Money(entry.application.amount if entry.application else ZERO, currency).as_json(),
        "reason": entry.reason,
        "missing": {
            "quantity": entry.missing_quantity,
            "amount": None if amount is None else Money(amount, currency).as_json(),
        }
        if entry.reason == "condition"
        else None,
        "message": entry.message,
    }


__all__ = ["CartEstimateView", "CartExplainView"]
