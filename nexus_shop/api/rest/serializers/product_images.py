"""Pictures of a product: what staff send and see."""

import re
from typing import Any, Final

from rest_framework import serializers

from nexus_shop.api.rest.uploads import Upload

from .fields import StrictSerializer, WholeNumber
from .texts import Words

MAX_CAPTION: Final = 200
_NUMBER: Final = re.compile(r"[0-9]{1,10}", re.ASCII)


class FileField(serializers.FileField):
    """A file of a form; what is in it is judged by the operation."""

    def to_internal_value(self, data: Any) -> Any:
        """The Upload."""
        if not isinstance(data, Upload):
            self.fail("invalid")
        return data


class FormNumber(WholeNumber):
    """A whole number in a form, where everything is a text."""

    def to_internal_value(self, data: Any) -> int:
        """The number."""
        if not isinstance(data, str) or not _NUMBER.fullmatch(data):
            self.fail("invalid")
        return int(data)


class PictureInput(StrictSerializer):
    """A picture to be added. Those from its place on move up."""

    original = FileField(help_text="JPEG, PNG, WebP, AVIF or GIF, at most 20 MB and 50 million pixels.")
    caption = Words(max_length=MAX_CAPTION, required=False, allow_blank=True, help_text="The alternative text.")
    display_order = FormNumber(required=False, help_text="Its place, from 0; the last one where it is left out.")


class PictureChanges(StrictSerializer):
    """What to change of a picture; its file stays."""

    ignored = frozenset({"id", "version", "product", "url", "width", "height", "date_created"})

    caption = Words(max_length=MAX_CAPTION, required=False, allow_blank=True)
    display_order = WholeNumber(required=False, help_text="Its new place; a high number is the last one.")


class PictureShape(serializers.Serializer[Any]):
    """A picture of a product. Width and height are null until its sizes are made."""

    id = serializers.IntegerField()
    version = serializers.CharField()
    product = serializers.IntegerField()
    url = serializers.CharField()
    caption = serializers.CharField(allow_blank=True)
    display_order = serializers.IntegerField()
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)
    date_created = serializers.DateTimeField()


class PictureList(serializers.Serializer[Any]):
    """All pictures of a product in their order."""

    results = PictureShape(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    count = serializers.IntegerField()
