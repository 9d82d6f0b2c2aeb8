"""What a form writes: words that the API takes too, and only what was edited. Fields travel with what they showed."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any, Final, Self

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from forked_apps.catalogue.errors import ValueRefused
from forked_apps.catalogue.fields import text

from .attribute_fields import MINUTE

MOST: Final = 100_000  # the fields have limits of their own
_ON_A_LINE: Final = text(MOST, markup=False)
_ON_LINES: Final = text(MOST, lines=True, markup=False)


def check_words(words: str, *, lines: bool = False) -> None:
    """Raise ValidationError for words that the API refuses: with markup, or characters that cannot be shown."""
    try:
        (_ON_LINES if lines else _ON_A_LINE)(words, "")
    except ValueRefused as refusal:
        raise ValidationError(refusal.facts.reason, code="words") from None


def refuse_infinite(fields: Mapping[str, Any]) -> None:
    """Let decimal fields take numbers alone: Django 5.2 compares what was typed before it looks whether it is one."""
    for field in fields.values():
        if isinstance(field, forms.DecimalField):
            field.to_python = partial(_finite, field, field.to_python)  # type: ignore[method-assign]


def _finite(field: forms.DecimalField, to_python: Callable[[Any], Decimal | None], typed: Any) -> Decimal | None:
    value = to_python(typed)
    if value is not None and not value.is_finite():
        raise ValidationError(field.error_messages["invalid"], code="invalid")
    return value


class _HiddenMinute(forms.DateTimeInput):
    """A moment as its field shows it."""

    input_type = "hidden"

    def __init__(self) -> None:
        super().__init__(format=MINUTE)


class EditedOnly:
    """A model form whose texts are checked where they were edited, HTML aside (`HTML` are the names of its fields).

    Of a stored thing `changed_data` is what differs from what the form has shown, not from what is stored by now.
    """

    HTML: frozenset[str] = frozenset()

    instance: Any
    data: Any
    files: Any
    fields: dict[str, Any]
    cleaned_data: dict[str, Any]
    changed_data: list[str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        refuse_infinite(self.fields)
        if self.instance.pk is None:
            return
        for field in self.fields.values():
            field.show_hidden_initial = not isinstance(field, forms.FileField)
            if isinstance(field, forms.DateTimeField):
                field.hidden_widget = _HiddenMinute

    def clean(self) -> dict[str, Any]:
        """The words that were edited can be shown, and have no markup."""
        data: dict[str, Any] = super().clean() or self.cleaned_data  # type: ignore[misc]  # the form's
        for name in self.changed_data:
            field, value = self.fields[name], data.get(name)
            if not isinstance(field, forms.CharField) or self.is_html(name):
                continue
            try:
                for words in value if isinstance(value, list) else [value]:
                    if isinstance(words, str):
                        check_words(words, lines=isinstance(field.widget, forms.Textarea))
            except ValidationError as refusal:
                self.add_error(name, refusal)  # type: ignore[attr-defined]  # the form's
        return data

    def is_html(self, name: str) -> bool:
        """Whether the field takes HTML, which is sanitised; in whatever language."""
        places: Mapping[str, tuple[str, str]] = getattr(self, "places", {})  # those of WordsInOtherLanguages
        return places.get(name, ("", name))[1] in self.HTML

    def edited(self) -> dict[str, Any]:
        """What was edited, of what the form has of its model."""
        columns = {*self._meta.fields}  # type: ignore[attr-defined]  # the form's
        return {name: self.cleaned_data[name] for name in self.changed_data if name in columns}

    def refuse_overtaken(self, now: Self) -> bool:
        """Whether somebody else has changed what was edited: an error at each field. `now`: a form of what is stored.

        From then on the fields have shown what is stored: whoever sends them again has seen it.
        """
        overtaken = [name for name in self.changed_data if self._is_overtaken(name, now)]
        if overtaken:
            self.data = self.data.copy()
        for name in overtaken:
            stored = now._stored(name)
            self.data.setlist(self._hidden_name(name), stored)
            text = _("Somebody else has changed this since you opened the form. It is now: %s")
            self.add_error(name, text % (", ".join(stored) or "–"))  # type: ignore[attr-defined]  # the form's
        return bool(overtaken)

    def _is_overtaken(self, name: str, now: Self) -> bool:
        if name not in now.fields or not self.fields[name].show_hidden_initial:
            return False
        widget = self.fields[name].hidden_widget()
        shown = widget.value_from_datadict(self.data, self.files, self._hidden_name(name))
        return _plain(shown) != _plain(now._stored(name))

    def _hidden_name(self, name: str) -> str:
        return str(self.add_initial_prefix(name))  # type: ignore[attr-defined]  # the form's

    def _stored(self, name: str) -> list[str]:
        value = self.fields[name].hidden_widget().format_value(self[name].value())  # type: ignore[index]  # the form's
        values = value if isinstance(value, list) else [value]
        return [str(each) for each in values if each is not None]


def _plain(shown: Any) -> list[str]:
    """Values of hidden fields to be compared: browsers send other line ends than are stored."""
    values = shown if isinstance(shown, list) else [shown]
    texts = ["\n".join(str(value).split("\r\n")).strip() for value in values if value is not None]
    return sorted(text for text in texts if text not in {"", "False"})
