"""Attributes of products in forms: a field for each of Oscar's types, and the JSON that the operations take.

Oscar 4.2.1 stores uploads as they come, has no field for entities, and wants a required yes-or-no to be yes.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from oscar.apps.dashboard.catalogue.forms import ProductForm as OscarProductForm

from forked_apps.catalogue.attachments import store_attachment
from forked_apps.catalogue.attributes import ENTITIES
from forked_apps.catalogue.errors import ValueRefused
from forked_apps.catalogue.html import sanitised
from forked_apps.catalogue.models import ProductAttribute

DAY: Final = "%Y-%m-%d"
MINUTE: Final = "%Y-%m-%dT%H:%M"
ENTITY: Final = re.compile(rf"({'|'.join(ENTITIES)})[\s:#]+([0-9]{{1,9}})", re.ASCII | re.IGNORECASE)


class EntityField(forms.CharField):
    """A product, category or brand by its id: `product 5`."""

    def __init__(self, **kwargs: Any) -> None:
        help_text = gettext_lazy("A product, category or brand by its number: product 5")
        super().__init__(max_length=40, help_text=help_text, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """What is stored, as it is typed."""
        for name, model in ENTITIES.items():
            if isinstance(value, model):
                return f"{name} {value.pk}"
        return value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether another thing is named."""
        return super().has_changed(self.prepare_value(initial), data)

    def clean(self, value: Any) -> Any:
        """The JSON of an entity."""
        text = super().clean(value)
        if not text:
            return None
        found = ENTITY.fullmatch(text.strip())
        if found is None:
            raise ValidationError(_("A product, category or brand is named like this: product 5"))
        return {"type": found[1].lower(), "id": int(found[2])}


def field_of(attribute: ProductAttribute) -> forms.Field:
    """The field of an attribute."""
    name = escape(attribute.name)  # Oscar's templates take a label for HTML
    if attribute.type == ProductAttribute.ENTITY:
        return EntityField(label=name, required=attribute.required)
    field: forms.Field = OscarProductForm.FIELD_FACTORIES[attribute.type](attribute)
    field.label = name
    if attribute.type == ProductAttribute.BOOLEAN:
        field.required = False
    elif attribute.type == ProductAttribute.DATE:
        field.widget = forms.DateInput(format=DAY, attrs={"type": "date", "class": "no-widget-init"})
    elif attribute.type == ProductAttribute.DATETIME:
        field.widget = minute_input()
    elif attribute.type == ProductAttribute.MULTI_OPTION:
        field.widget = forms.CheckboxSelectMultiple(choices=field.choices)  # type: ignore[attr-defined]
    elif attribute.type == ProductAttribute.FLOAT:
        field.widget.attrs["step"] = "any"
    return field


def minute_input() -> forms.DateTimeInput:
    """The browser's own field for a moment."""
    return forms.DateTimeInput(format=MINUTE, attrs={"type": "datetime-local", "class": "no-widget-init"})


def stored_upload(attribute: ProductAttribute, upload: Any) -> str:
    """Store what was uploaded, made harmless; the name that the operations take. Raises ValidationError."""
    try:
        return store_attachment(upload.read(), kind=attribute.type)
    except ValueRefused as refusal:
        raise ValidationError(refusal.facts.reason) from None


def _moment(value: datetime | None) -> str | None:
    """In UTC: before there were time zones their offsets have seconds, which the operations do not take."""
    if value is not None and 1 < value.year < date.max.year:
        value = value.astimezone(UTC)
    return value.isoformat() if value else None


_JSON: Final[Mapping[str, Callable[[Any], Any]]] = {
    ProductAttribute.TEXT: lambda value: value or None,
    ProductAttribute.RICHTEXT: lambda value: sanitised(value) or None,
    ProductAttribute.DATE: lambda value: value.isoformat() if value else None,
    ProductAttribute.DATETIME: _moment,
    ProductAttribute.OPTION: lambda value: value.option if value else None,
    ProductAttribute.MULTI_OPTION: lambda value: [option.option for option in value],
    ProductAttribute.FILE: lambda value: value or None,
    ProductAttribute.IMAGE: lambda value: value or None,
}


def json_of(attribute: ProductAttribute, value: Any) -> Any:
    """The value of a field as `set_attributes` takes it."""
    return _JSON.get(attribute.type, lambda same: same)(value)
