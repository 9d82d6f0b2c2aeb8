"""Address books."""

from typing import Any

from rest_framework import serializers
from rest_framework.fields import empty

from .checkout import AddressInput, AddressShape
from .fields import YesOrNo


class BookAddress(AddressShape):
    """An address of one's book."""

    id = serializers.CharField()
    is_default_for_shipping = serializers.BooleanField()
    is_default_for_billing = serializers.BooleanField()


class BookInput(AddressInput):
    """An address for one's book. A default takes the place of the one before."""

    ignored = frozenset({"id"})

    is_default_for_shipping = YesOrNo(required=False, default=False)
    is_default_for_billing = YesOrNo(required=False, default=False)

    def made_of(self, values: dict[str, Any]) -> Any:
        """The fields, by name."""
        return values


class BookChanges(BookInput):
    """What is to be another about an address of one's book."""

    def get_fields(self) -> Any:
        """All fields, none of which has to be there."""
        fields = super().get_fields()
        for field in fields.values():
            field.required, field.default = False, empty
        return fields
