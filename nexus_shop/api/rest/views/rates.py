"""Shipping methods and tax rates, for staff. What they are for shoppers stands in the cart."""

from dataclasses import fields
from typing import Any, Final

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema

from forked_apps.address.queries import country_codes
from forked_apps.catalogue.queries import product_class_slugs
from forked_apps.shipping.drafts import MethodDraft
from forked_apps.shipping.operations import change_shipping_method, create_shipping_method, delete_shipping_method
from forked_apps.shipping.queries import shipping_method, shipping_methods
from nexus_shop.api.rest.base import View, answer
from nexus_shop.api.rest.schema import problems
from nexus_shop.api.rest.serializers import rates as shapes
from nexus_shop.core.errors import NotFound
from nexus_shop.core.idempotency import Answer
from nexus_shop.markets.operations import Named, change_tax_rate, create_tax_rate, delete_tax_rate
from nexus_shop.markets.queries import RateDraft, tax_rate, tax_rates

READ_PROBLEMS: Final = problems(400, 401, 403, 404, 429)
CREATE_PROBLEMS: Final = problems(400, 401, 403, 404, 409, 413, 415, 422, 429)
CHANGE_PROBLEMS: Final = problems(400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 429)
DELETE_PROBLEMS: Final = problems(400, 401, 403, 404, 412, 428, 429)
NO_CONTENT: Final = Answer(204, b"", {})


def _number(text: str) -> int:
    """The id in a path. Raises NotFound."""
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise NotFound
    return int(text)


def _values(draft: Any) -> dict[str, Any]:
    """All fields of a draft: what a PUT changes."""
    return {field.name: getattr(draft, field.name) for field in fields(draft)}


def _method_answer(method_id: int, *, is_new: bool = False) -> Answer:
    stored = shipping_method(method_id)
    headers = {"ETag": f'"{stored.version}"'}
    if is_new:
        headers["Location"] = f"/api/v1/admin/shipping-methods/{stored.id}/"
    return answer(shapes.method_body(stored), status=201 if is_new else 200, headers=headers)


class ShippingMethodAdminList(View):
    """`admin/shipping-methods/`."""

    @extend_schema(
        operation_id="listAllShippingMethods",
        summary="List the shipping methods",
        responses={200: shapes.MethodShape(many=True), **READ_PROBLEMS},
    )
    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """All of them by name, also those that are not offered. While there is none, delivery has one flat price."""
        return self.private([shapes.method_body(stored) for stored in shipping_methods()])

    @extend_schema(
        operation_id="createShippingMethod",
        summary="Add a shipping method",
        request=shapes.MethodInput,
        responses={201: shapes.MethodShape, **CREATE_PROBLEMS},
    )
    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Its `code` is made from the name, and stays. `bands` are for the kinds `weight` and `total`."""
        draft = MethodDraft(**self.parsed(shapes.MethodInput))
        return self.write(
            lambda: create_shipping_method(draft), lambda method_id: _method_answer(method_id, is_new=True)
        )


class ShippingMethodAdminDetail(View):
    """`admin/shipping-methods/{id}/`."""

    has_version = True
    is_kept_by_staff = True

    @extend_schema(
        operation_id="getShippingMethod",
        summary="Read a shipping method",
        responses={200: shapes.MethodShape, **READ_PROBLEMS},
    )
    def get(self, request: Any, method_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """A shipping method, offered or not."""
        stored = shipping_method(_number(method_id))
        return self.private(shapes.method_body(stored), headers={"ETag": f'"{stored.version}"'})

    @extend_schema(
        operation_id="replaceShippingMethod",
        summary="Replace a shipping method",
        request=shapes.MethodInput,
        responses={200: shapes.MethodShape, **CHANGE_PROBLEMS},
    )
    def put(self, request: Any, method_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Every field is as the body says; what it leaves out is empty or zero. Orders keep what they had."""
        return self._change(method_id, _values(MethodDraft(**self.parsed(shapes.MethodInput))))

    @extend_schema(
        operation_id="changeShippingMethod",
        summary="Change a shipping method",
        request=shapes.MethodChanges,
        responses={200: shapes.MethodShape, **CHANGE_PROBLEMS},
    )
    def patch(self, request: Any, method_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """What the body leaves out stays. `bands`, `countries` and `postcodes` are replaced whole."""
        return self._change(method_id, self.parsed(shapes.MethodChanges))

    @extend_schema(
        operation_id="deleteShippingMethod",
        summary="Delete a shipping method",
        responses={204: None, **DELETE_PROBLEMS},
    )
    def delete(self, request: Any, method_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Orders keep its name and charge."""
        number, version = _number(method_id), self.tag()
        return self.write(lambda: delete_shipping_method(number, version=version), lambda _: NO_CONTENT)

    def _change(self, method_id: str, changes: dict[str, Any]) -> HttpResponse:
        number, version = _number(method_id), self.tag()
        return self.write(lambda: change_shipping_method(number, changes=changes, version=version), _method_answer)


def _named() -> Named:
    return Named(country_codes(), product_class_slugs())


def _rate_answer(rate_id: int, *, is_new: bool = False) -> Answer:
    stored = tax_rate(rate_id)
    headers = {"ETag": f'"{stored.version}"'}
    if is_new:
        headers["Location"] = f"/api/v1/admin/tax-rules/{stored.id}/"
    return answer(shapes.rate_body(stored), status=201 if is_new else 200, headers=headers)


class TaxRuleList(View):
    """`admin/tax-rules/`."""

    @extend_schema(
        operation_id="listTaxRules",
        summary="List the tax rates",
        responses={200: shapes.RateShape(many=True), **READ_PROBLEMS},
    )
    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """By place and product class. They count in shops with `TAX_BY_ADDRESS`; of several the narrowest does."""
        return self.private([shapes.rate_body(stored) for stored in tax_rates()])

    @extend_schema(
        operation_id="createTaxRule",
        summary="Add a tax rate",
        request=shapes.RateInput,
        responses={201: shapes.RateShape, **CREATE_PROBLEMS},
    )
    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """One for each place and product class. `product_class` is a slug, `postcode` what postcodes begin with."""
        draft = RateDraft(**self.parsed(shapes.RateInput))
        return self.write(
            lambda: create_tax_rate(draft, named=_named()), lambda rate_id: _rate_answer(rate_id, is_new=True)
        )


class TaxRuleDetail(View):
    """`admin/tax-rules/{id}/`."""

    has_version = True
    is_kept_by_staff = True

    @extend_schema(
        operation_id="getTaxRule",
        summary="Read a tax rate",
        responses={200: shapes.RateShape, **READ_PROBLEMS},
    )
    def get(self, request: Any, rate_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """A rate of the table."""
        stored = tax_rate(_number(rate_id))
        return self.private(shapes.rate_body(stored), headers={"ETag": f'"{stored.version}"'})

    @extend_schema(
        operation_id="replaceTaxRule",
        summary="Replace a tax rate",
        request=shapes.RateInput,
        responses={200: shapes.RateShape, **CHANGE_PROBLEMS},
    )
    def put(self, request: Any, rate_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Every field is as the body says; what it leaves out is empty. Orders keep what they had."""
        return self._change(rate_id, _values(RateDraft(**self.parsed(shapes.RateInput))))

    @extend_schema(
        operation_id="changeTaxRule",
        summary="Change a tax rate",
        request=shapes.RateChanges,
        responses={200: shapes.RateShape, **CHANGE_PROBLEMS},
    )
    def patch(self, request: Any, rate_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """What the body leaves out stays."""
        return self._change(rate_id, self.parsed(shapes.RateChanges))

    @extend_schema(
        operation_id="deleteTaxRule",
        summary="Delete a tax rate",
        responses={204: None, **DELETE_PROBLEMS},
    )
    def delete(self, request: Any, rate_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Orders keep the tax that they were placed with."""
        number, version = _number(rate_id), self.tag()
        return self.write(lambda: delete_tax_rate(number, version=version), lambda _: NO_CONTENT)

    def _change(self, rate_id: str, changes: dict[str, Any]) -> HttpResponse:
        number, version = _number(rate_id), self.tag()
        return self.write(
            lambda: change_tax_rate(number, changes=changes, named=_named(), version=version), _rate_answer
        )
