"""Files that attributes and categories name: what staff send and see."""

from typing import Any

from rest_framework import serializers

from forked_apps.catalogue.attachments import KINDS

from .fields import StrictSerializer
from .product_images import FileField


class KindField(serializers.ChoiceField):
    """`file` or `image`, in a form: no file of it."""

    def to_internal_value(self, data: Any) -> str:
        """The kind."""
        if data not in KINDS:
            self.fail("invalid_choice", input=data[:60] if isinstance(data, str) else "")
        return str(data)


class FileInput(StrictSerializer):
    """A file to be stored."""

    file = FileField(
        help_text="PDF, ZIP or plain text; JPEG, PNG, WebP or AVIF of 50 million pixels at most. At most 10 MB."
    )
    kind = KindField(
        KINDS,
        required=False,
        help_text="The type of the attribute, `image` for a category; what the file is, where it is left out.",
    )


class FileShape(serializers.Serializer[Any]):
    """A stored file. `size` is in bytes, of a picture without what the camera noted."""

    name = serializers.CharField(help_text="What an attribute or a category takes.")
    url = serializers.CharField()
    kind = serializers.ChoiceField(KINDS)
    size = serializers.IntegerField()
