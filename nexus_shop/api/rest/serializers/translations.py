"""Translations of the catalogue's texts."""

from collections.abc import Mapping
from typing import Any, Final

from rest_framework import serializers

from forked_apps.catalogue.translations import Translations
from nexus_shop.core.languages import main_language

from .fields import StrictSerializer, Text

MAX_TEXT: Final = 100_000


class Wording(serializers.DictField):
    """Texts by the name of their field; null is no translation."""

    child = Text(allow_blank=True, allow_null=True, max_length=MAX_TEXT)


class TranslationsInput(StrictSerializer):
    """Translations by language and field."""

    ignored = frozenset({"kind", "id", "version", "main_language", "original"})

    translations = serializers.DictField(
        child=Wording(allow_null=True), help_text="Language -> field -> text; null is no translation."
    )


class TranslationsShape(serializers.Serializer[Any]):
    """The texts of a thing in all languages of the shop."""

    kind = serializers.CharField()
    id = serializers.IntegerField()
    version = serializers.CharField()
    main_language = serializers.CharField()
    original = serializers.DictField(
        child=serializers.CharField(allow_null=True), help_text="The texts in the main language, to look at."
    )
    translations = serializers.DictField(child=serializers.DictField(child=serializers.CharField(allow_null=True)))


def translations_body(kind: str, stored: Translations) -> Mapping[str, Any]:
    """Translations in the API's shape."""
    return {
        "kind": kind,
        "id": stored.id,
        "version": stored.version,
        "main_language": main_language(),
        "original": stored.original,
        "translations": stored.texts,
    }
