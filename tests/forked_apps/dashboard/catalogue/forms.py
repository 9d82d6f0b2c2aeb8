"""Fills in the dashboard's forms as a browser does: with what the page shows, and what is changed."""

from typing import Any

from django.db.models.fields.files import FieldFile
from django.forms import BaseForm
from django.forms.formsets import BaseFormSet
from django.test import Client

FORMSETS = (
    *("category_formset", "image_formset", "recommended_formset", "stockrecord_formset"),
    *("attributes_formset", "attribute_option_formset"),
)


def filled(browser: Client, url: str) -> dict[str, Any]:
    """Every field of the page's forms with the value that it shows, hidden ones too."""
    context = browser.get(url).context
    body: dict[str, Any] = _form(context["form"])
    for name in FORMSETS:
        if name in context:
            body |= _formset(context[name])
    return body


def _form(form: BaseForm) -> dict[str, Any]:
    body = {}
    for field in form:
        value = field.value()
        if value is None or value is False or isinstance(value, FieldFile):
            continue
        body[field.html_name] = "on" if value is True else value
        if field.field.show_hidden_initial:
            body[field.html_initial_name] = value
    return body


def _formset(formset: BaseFormSet[Any]) -> dict[str, Any]:
    body = _form(formset.management_form)
    for form in formset.forms:
        body |= _form(form)
    return body
