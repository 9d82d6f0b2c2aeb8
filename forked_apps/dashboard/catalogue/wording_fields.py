"""The fields of the other languages in the catalogue's forms, in a shop that has any."""

from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from forked_apps.catalogue.errors import SlugTaken, TranslationRefused
from forked_apps.catalogue.translations import HTML, fields_of, translations_of
from nexus_shop.core.languages import other_languages

REASONS: Final[dict[str, Promise]] = {
    "too_long": _("This is too long."),
    "markup": _("This text may have no markup."),
    "unprintable": _("This text has characters that cannot be shown."),
    "not_a_slug": _("A slug has letters, digits, hyphens and underscores."),
    "reserved": _("A slug may not be a number or a word of the API."),
}


class WordsInOtherLanguages:
    """A form of a translated thing with a field for each of its translated texts in each other language.

    Only what was edited is written: what somebody else has translated since the form was shown stays.
    """

    instance: Any
    fields: dict[str, Any]
    cleaned_data: dict[str, Any]
    changed_data: list[str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = translations_of(self.instance)
        model = type(self.instance)
        self.places: dict[str, tuple[str, str]] = {}
        own = [name for name in fields_of(model) if name in self.fields]
        for language in other_languages():
            for name in own:
                place = f"in_{language}_{name}"
                self.places[place] = language, name
                self.fields[place] = _field(model._meta.get_field(name), stored.texts[language][name])  # noqa: SLF001

    def own_fields(self) -> list[Any]:
        """Those of the main language."""
        return [field for field in self if field.name not in self.places]  # type: ignore[attr-defined]

    def primary_form_fields(self) -> list[Any]:
        """Oscar's, without the panel's."""
        return [field for field in super().primary_form_fields() if field.name not in self.places]  # type: ignore[misc]

    def language_panels(self) -> list[dict[str, Any]]:
        """Each other language: code, own name, and fields."""
        names = dict(settings.LANGUAGES)
        panels = []
        for language in other_languages() if self.places else ():
            own = [self[place] for place, (other, _name) in self.places.items() if other == language]  # type: ignore[index]
            name = capfirst(names.get(language, language))
            panels.append({"code": language, "name": name, "fields": own})
        return panels

    def texts(self) -> dict[str, dict[str, str | None]]:
        """The translations that were edited."""
        edited: dict[str, dict[str, str | None]] = {}
        for place, (language, name) in self.places.items():
            if place in self.changed_data:
                edited.setdefault(language, {})[name] = self.cleaned_data[place]
        return edited

    def blame(self, refusal: TranslationRefused | SlugTaken) -> tuple[str | None, Any]:
        """The field that a refusal is about, and what to say."""
        *_steps, language, name = ["", "", *(refusal.pointer or "").split("/")]
        place = f"in_{language}_{name}"
        reason = REASONS.get(refusal.facts.reason) if refusal.facts else None
        return place if place in self.places else None, reason or refusal.message


def _field(column: Any, text: str | None) -> forms.CharField:
    is_long = column.max_length is None
    return forms.CharField(
        label=column.verbose_name,
        max_length=column.max_length,
        required=False,
        initial=text or "",
        widget=forms.Textarea(attrs={"rows": 4, "class": "" if column.name in HTML else "no-widget-init"})
        if is_long
        else forms.TextInput(),
    )
