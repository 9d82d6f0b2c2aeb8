"""Shipping methods and tax rates, as staff set them up."""

from typing import Any

from rest_framework import serializers

from forked_apps.shipping.drafts import MethodDraft
from forked_apps.shipping.models import ShippingMethod
from forked_apps.shipping.pricing import Band
from forked_apps.shipping.queries import StoredMethod
from nexus_shop.core.money import amount_text
from nexus_shop.markets.queries import RateDraft, StoredRate

from .fields import Amount, Exact, StrictSerializer, Text, YesOrNo, shop_currency


def _country(**options: Any) -> serializers.RegexField:
    return serializers.RegexField(r"^[A-Z]{2}\Z", max_length=2, trim_whitespace=False, **options)


class BandField(StrictSerializer):
    """A band: the charge up to a weight in kg, or up to a total."""

    upper_limit = Exact(max_digits=12, decimal_places=3)
    charge = Amount()


class MethodChanges(StrictSerializer):
    """Fields of a shipping method; what is left out stays. Amounts as prices are entered."""

    ignored = frozenset({"id", "code", "version", "currency"})

    name = Text(max_length=128, required=False)
    description = Text(max_length=5000, required=False, allow_blank=True)
    kind = serializers.ChoiceField(ShippingMethod.Kind.choices, required=False)
    price = Amount(required=False)
    price_per_item = Amount(required=False)
    free_over = Amount(required=False, allow_null=True)
    default_weight = Exact(max_digits=12, decimal_places=3, required=False)
    countries = serializers.ListField(child=_country(), required=False, max_length=300)
    postcodes = serializers.ListField(child=Text(max_length=16), required=False, max_length=200)
    bands = BandField(many=True, required=False, max_length=50)  # type: ignore[call-arg]  # of the list
    pickup_address = Text(max_length=500, required=False, allow_blank=True)
    is_active = YesOrNo(required=False)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """The fields as a draft has them."""
        if "bands" in data:
            data["bands"] = tuple(Band(**band) for band in data["bands"])
        return data | {name: tuple(data[name]) for name in ("countries", "postcodes") if name in data}


class MethodInput(MethodChanges):
    """A shipping method whole; what is left out is empty or zero."""

    name = Text(max_length=128)


class BandShape(serializers.Serializer[Any]):
    """A band."""

    upper_limit = serializers.CharField()
    charge = serializers.CharField()


class MethodShape(serializers.Serializer[Any]):
    """A shipping method. `currency` is that of all its amounts; no country is all of them."""

    id = serializers.IntegerField()
    code = serializers.CharField()
    version = serializers.CharField()
    currency = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    kind = serializers.ChoiceField(ShippingMethod.Kind.choices)
    price = serializers.CharField()
    price_per_item = serializers.CharField()
    free_over = serializers.CharField(allow_null=True)
    default_weight = serializers.CharField()
    countries = serializers.ListField(child=serializers.CharField())
    postcodes = serializers.ListField(child=serializers.CharField())
    bands = BandShape(many=True)
    pickup_address = serializers.CharField(allow_blank=True)
    is_active = serializers.BooleanField()


def method_body(stored: StoredMethod) -> dict[str, Any]:
    """A shipping method in the API's shape."""
    draft: MethodDraft = stored.draft
    currency = shop_currency()
    return {
        "id": stored.id,
        "code": stored.code,
        "version": stored.version,
        "currency": currency,
        "name": draft.name,
        "description": draft.description,
        "kind": draft.kind,
        "price": amount_text(draft.price, currency),
        "price_per_item": amount_text(draft.price_per_item, currency),
        "free_over": None if draft.free_over is None else amount_text(draft.free_over, currency),
        "default_weight": f"{draft.default_weight:f}",
        "countries": list(draft.countries),
        "postcodes": list(draft.postcodes),
        "bands": [
            {"upper_limit": f"{band.upper_limit:f}", "charge": amount_text(band.charge, currency)}
            for band in draft.bands
        ],
        "pickup_address": draft.pickup_address,
        "is_active": draft.is_active,
    }


class RateChanges(StrictSerializer):
    """Fields of a tax rate; what is left out stays. An empty country is everywhere else, an empty class all."""

    ignored = frozenset({"id", "version"})

    name = Text(max_length=64, required=False)
    percent = Exact(max_digits=6, decimal_places=3, required=False)
    country = _country(required=False, allow_blank=True)
    state = Text(max_length=64, required=False, allow_blank=True)
    postcode = Text(max_length=16, required=False, allow_blank=True)
    product_class = Text(max_length=128, required=False, allow_blank=True)


class RateInput(RateChanges):
    """A tax rate whole."""

    name = Text(max_length=64)
    percent = Exact(max_digits=6, decimal_places=3)


class RateShape(serializers.Serializer[Any]):
    """A tax rate. `percent` "20" is 20 %."""

    id = serializers.IntegerField()
    version = serializers.CharField()
    name = serializers.CharField()
    percent = serializers.CharField()
    country = serializers.CharField(allow_blank=True)
    state = serializers.CharField(allow_blank=True)
    postcode = serializers.CharField(allow_blank=True)
    product_class = serializers.CharField(allow_blank=True)


def rate_body(stored: StoredRate) -> dict[str, Any]:
    """A tax rate in the API's shape."""
    draft: RateDraft = stored.draft
    return {
        "id": stored.id,
        "version": stored.version,
        "name": draft.name,
        "percent": f"{draft.percent:f}",
        "country": draft.country,
        "state": draft.state,
        "postcode": draft.postcode,
        "product_class": draft.product_class,
    }
