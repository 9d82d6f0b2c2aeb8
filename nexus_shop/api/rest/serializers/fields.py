"""Strict fields and the strict serializer: JSON types as they are, nothing guessed, nothing unknown."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar, Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from nexus_shop.core.money import digits, fits

MAX_INT: Final = 2**31 - 1
_DECIMAL: Final = re.compile(r"\d{1,10}(\.\d+)?", re.ASCII)


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses unknown fields. Names in `ignored` are read-only parts of the resource's shape: written back, ignored."""

    ignored: ClassVar[frozenset[str]] = frozenset()
    #: For the documentation: how those of them look that are refused where they look otherwise.
    shown: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    #: For the documentation: names of which one may stand, and must where the first is required or in the set below.
    synonyms: ClassVar[Mapping[str, str]] = {}
    required_under_either_name: ClassVar[frozenset[str]] = frozenset()

    def to_internal_value(self, data: Any) -> Any:
        """The values, and an error for each unknown field."""
        if isinstance(data, Mapping):
            unknown = set(data) - set(self.fields) - self.ignored
            if unknown:
                message = _("There is no such field here.")
                raise ValidationError(
                    {name: [serializers.ErrorDetail(str(message), "unknown_field")] for name in sorted(unknown)}
                )
        return super().to_internal_value(data)


class Text(serializers.CharField):
    """A JSON string; numbers are not texts."""

    def to_internal_value(self, data: Any) -> str:
        """The text, white space at its ends taken off; what is too long is so with it."""
        if not isinstance(data, str):
            self.fail("invalid")
        if self.max_length is not None and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return super().to_internal_value(data)


class Flag(serializers.BooleanField):
    """A JSON true or false; DRF takes "yes", 1 and the like too."""

    def to_internal_value(self, data: Any) -> bool:
        """True or false."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class WholeNumber(serializers.IntegerField):
    """A JSON number without a fraction, of 32 bits; texts and booleans are no numbers."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": MAX_INT, **options})

    def to_internal_value(self, data: Any) -> int:
        """The number. `1.0` is a whole one, as JSON Schema has it."""
        if isinstance(data, float) and data.is_integer():
            return int(data)
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return data


class YesOrNo(serializers.BooleanField):
    """A JSON true or false; texts and numbers are neither."""

    def to_internal_value(self, data: Any) -> bool:
        """The value."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Exact(serializers.DecimalField):
    """A decimal text (or number), zero or more. `max_digits` and `decimal_places` say how long."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"min_value": Decimal(0), **options})

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        """An empty text is no number; DRF takes it for null."""
        return super(serializers.DecimalField, self).validate_empty_values(data)

    def to_internal_value(self, data: Any) -> Decimal:
        """The number. A binary float is taken by its shortest text."""
        text = str(data) if isinstance(data, int | float) and not isinstance(data, bool) else data
        if not isinstance(text, str) or not _DECIMAL.fullmatch(text):
            self.fail("invalid")
        value: Decimal = super().to_internal_value(text)
        return value


class Amount(Exact):
    """A decimal text (or number) with the shop currency's own digits, zero or more."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_digits": 12, "decimal_places": 2, **options})

    def to_internal_value(self, data: Any) -> Decimal:
        """The amount. More decimals than the currency has are refused."""
        amount = super().to_internal_value(data)
        if not fits(amount, settings.OSCAR_DEFAULT_CURRENCY):
            self.fail("max_decimal_places", max_decimal_places=digits(settings.OSCAR_DEFAULT_CURRENCY))
        return amount


class MoneyField(StrictSerializer):
    """`{"amount": "12.00", "currency": "GBP"}`."""

    amount = Amount()
    currency = serializers.RegexField(r"^[A-Z]{3}\Z", max_length=3)


class PriceField(serializers.Serializer[Any]):
    """A price: net, tax and gross. Tax and gross are null where the tax cannot be known yet."""

    currency = serializers.CharField()
    net = serializers.CharField()
    tax = serializers.CharField(allow_null=True)
    gross = serializers.CharField(allow_null=True)


class CategoryRef(serializers.Serializer[Any]):
    """A category, named."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    slug = serializers.CharField()
    path = serializers.CharField()


class ImageField(serializers.Serializer[Any]):
    """A picture; width and height are null until its sizes are made."""

    url = serializers.CharField()
    alt = serializers.CharField(allow_blank=True)
    srcset = serializers.CharField(allow_blank=True)
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)


class AttributeField(serializers.Serializer[Any]):
    """One attribute of a product."""

    code = serializers.CharField()
    name = serializers.CharField()
    type = serializers.CharField()
    value = serializers.JSONField(allow_null=True)
    display = serializers.CharField(allow_blank=True)


def shop_currency() -> str:
    """The currency that amounts without one are in."""
    return str(settings.OSCAR_DEFAULT_CURRENCY)
