"""What the lists of things that staff keep have in common."""

from typing import Any

from rest_framework import serializers

from .fields import StrictSerializer


class KeptParameters(StrictSerializer):
    """The query of a list by cursor."""

    cursor = serializers.CharField(required=False, max_length=200)
    page_size = serializers.IntegerField(required=False, min_value=1, max_value=100, default=20)
    search = serializers.CharField(required=False, max_length=128, default="", help_text="A part of the name.")


class UnnamedParameters(StrictSerializer):
    """The query of a list by cursor that is not searched."""

    cursor = serializers.CharField(required=False, max_length=200)
    page_size = serializers.IntegerField(required=False, min_value=1, max_value=100, default=20)


def page_of(shape: type[serializers.Serializer[Any]]) -> type[serializers.Serializer[Any]]:
    """One page of things of the shape, in the order of their ids; `count` is not counted."""
    fields = {
        "__doc__": "One page, in the order of the ids.",
        "results": shape(many=True),
        "next": serializers.CharField(allow_null=True),
        "previous": serializers.CharField(allow_null=True),
        "count": serializers.IntegerField(allow_null=True),
    }
    return type(f"{shape.__name__.removesuffix('Shape')}Page", (serializers.Serializer,), fields)
