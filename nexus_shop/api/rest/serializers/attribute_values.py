"""What products say of themselves, as staff write it."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers


class AnyValue(serializers.JSONField):
    """Any JSON, null too: what fits is for the attribute's type to say."""

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        """Null is a value."""
        return False, data


@extend_schema_field(
    {
        "oneOf": [
            {"type": "object", "maxProperties": 500, "additionalProperties": {}},
            {
                "type": "array",
                "maxItems": 500,
                "description": "As oscarapi has them.",
                "items": {
                    "type": "object",
                    "properties": {"code": {"type": "string"}, "value": {}},
                    "required": ["code", "value"],
                },
            },
        ]
    }
)
class Attributes(serializers.DictField):
    """Values of attributes by code."""

    child = AnyValue()
