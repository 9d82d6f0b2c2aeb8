"""Countries and payment methods."""

from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from oscarapi.views import basic as oscarapi

from forked_apps.address.queries import countries
from forked_apps.payment.gateways.registry import available_methods
from nexus_shop.api.rest.base import View
from nexus_shop.api.rest.rendering import to_json
from nexus_shop.api.rest.schema import problems
from nexus_shop.api.rest.serializers.basket import PaymentMethodShape
from nexus_shop.api.rest.serializers.checkout import CountryShape

from .basket import BasketDetail, BasketList
from .product import digest_of


class CountryList(View, oscarapi.CountryList):
    """`countries/`."""

    is_public = True
    serializer_class: ClassVar[Any] = CountryShape

    @extend_schema(
        operation_id="listCountries",
        summary="List countries",
        responses={200: CountryShape(many=True), **problems(400, 429)},
        auth=[],
    )
    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """All countries, those that the shop delivers to first."""
        body = to_json(countries())
        return self.public(body, digest=digest_of(body), tags="countries")


class PaymentMethodList(View):
    """`payments/methods/`."""

    is_public = True

    @extend_schema(
        operation_id="listPaymentMethods",
        summary="Ways to pay",
        responses={200: PaymentMethodShape(many=True), **problems(400, 429)},
        auth=[],
    )
    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """The payment methods that can be chosen, the default first."""
        body = to_json(
            [
                {
                    "code": method.code,
                    "name": str(method.name),
                    "description": str(method.description),
                    "time_to_pay": int(method.time_to_pay().total_seconds()),
                }
                for method in available_methods()
            ]
        )
        return self.public(body, digest=digest_of(body), tags="payment-methods")


__all__ = ["BasketDetail", "BasketList", "CountryList", "PaymentMethodList"]
