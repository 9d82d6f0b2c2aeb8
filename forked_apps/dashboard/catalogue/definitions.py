"""What the forms of product types, attributes, option groups and options write: one transaction per form.

The rules are those of the API's operations. What these refuse is raised as Misplaced, with the form to blame.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from django.db import IntegrityError

from forked_apps.catalogue.classes import CHOSEN, add_attribute, add_class, alter_attribute, alter_class
from forked_apps.catalogue.classes import remove_attribute as take_attribute
from forked_apps.catalogue.errors import SlugTaken, TranslationRefused
from forked_apps.catalogue.models import AttributeOption, AttributeOptionGroup, Option, ProductAttribute, ProductClass
from forked_apps.catalogue.options import Choice, add_group, add_option, alter_group, alter_option, stored_group
from forked_apps.catalogue.translations import write_translations
from nexus_shop.core.errors import DomainError
from nexus_shop.core.transactions import transaction, transaction_required

from .errors import Misplaced
from .operations import REASON
from .refusals import OVERTAKEN, told


@transaction(before_commit="documents")
def save_class(form: Any, attributes: Any) -> int:
    """Make or change a product type with its attributes; returns its id. Locks the type, then what is changed.

    Raises Misplaced; then nothing is written.
    """
    values = form.edited()
    if "options" in values:
        values["options"] = [option.code for option in values["options"]]
    with blaming(form):
        pk = add_class(values) if form.instance.pk is None else alter_class(form.instance.pk, changes=values)
    slug = ProductClass.objects.values_list("slug", flat=True).get(pk=pk)
    for each in attributes.initial_forms:
        with blaming(each):
            if each in attributes.deleted_forms:
                take_attribute(each.instance.pk)
            elif each.has_changed():
                _save_attribute(each, alter_attribute(each.instance.pk, changes=_attribute_values(each)))
    for each in _new_forms(attributes):
        with blaming(each):
            _save_attribute(each, add_attribute({**_attribute_values(each), "product_class": slug}))
    return pk


def _attribute_values(form: Any) -> dict[str, Any]:
    values: dict[str, Any] = form.edited()
    data = form.cleaned_data
    if not values.get("code"):
        values.pop("code", None)
    if form.instance.pk is None:
        values |= {name: data[name] for name in ("code", "type", "required")}
    if {"type", "option_group"} & set(values):
        group = data["option_group"] if data["type"] in CHOSEN else None  # the page hides what was chosen before
        values["option_group"] = None if group is None else group.pk
    return values


def _save_attribute(form: Any, attribute_id: int) -> None:
    _save_words(form, ProductAttribute, attribute_id)


@transaction(before_commit="documents")
def save_group(form: Any, options: Any, *, saved_by: int | None = None) -> AttributeOptionGroup:
    """Make or change an option group with its options, and return it. Locks the group.

    Options that others have added since the form was shown stay. Raises Misplaced; then nothing is written.
    """
    why: dict[str, Any] = {"reason": form.cleaned_data["reason"] or REASON}
    with blaming(form):
        values = form.edited() | why
        if form.instance.pk is None:
            pk = add_group(values, changed_by=saved_by)
        else:
            pk = alter_group(form.instance.pk, changes=values, changed_by=saved_by)
    choices = {choice.id: choice for choice in stored_group(pk).options}
    for each in options.initial_forms:
        if each in options.deleted_forms and each.instance.pk in choices:
            del choices[each.instance.pk]
            with blaming(each, "option"):
                alter_group(pk, changes=why | {"options": list(choices.values())}, changed_by=saved_by)
    edited = [each for each in options.initial_forms if each.has_changed() and each.instance.pk in choices]
    for each in edited:
        choice = choices[each.instance.pk]
        choices[choice.id] = replace(choice, **each.edited())
    fresh = _new_forms(options)
    made = [Choice(each.cleaned_data["option"], price=each.cleaned_data["price"]) for each in fresh]
    if edited or made:
        with blaming(form):
            alter_group(pk, changes=why | {"options": [*choices.values(), *made]}, changed_by=saved_by)
    for each in edited:
        _save_words(each, AttributeOption, each.instance.pk)
    for each in fresh:
        row = AttributeOption.objects.get(group=pk, option=each.cleaned_data["option"])
        _save_words(each, AttributeOption, row.pk)
    return AttributeOptionGroup.objects.get(pk=pk)


@transaction(before_commit="documents")
def save_option(form: Any, *, saved_by: int | None = None) -> Option:
    """Make or change an option, and return it. Locks the option. Raises Misplaced; then nothing is written."""
    values = form.edited() | {"reason": form.cleaned_data["reason"] or REASON}
    if form.instance.pk is None:
        values |= {name: form.cleaned_data[name] for name in ("type", "required", "price")}
    if {"type", "option_group"} & set(values):
        group = form.cleaned_data["option_group"]
        values["option_group"] = None if group is None else group.pk
    with blaming(form):
        if form.instance.pk is None:
            pk = add_option(values, changed_by=saved_by)
        else:
            pk = alter_option(form.instance.pk, changes=values, changed_by=saved_by)
    _save_words(form, Option, pk)
    return Option.objects.get(pk=pk)


def _new_forms(formset: Any) -> list[Any]:
    return [form for form in formset.extra_forms if form.has_changed() and form not in formset.deleted_forms]


@transaction_required
def _save_words(form: Any, model: Any, pk: int) -> None:
    texts = form.texts()
    if not texts:
        return
    thing = model.objects.select_for_update(no_key=True, of=("self",)).get(pk=pk)
    try:
        write_translations(thing, texts)
    except (TranslationRefused, SlugTaken) as refusal:
        raise Misplaced(form, *form.blame(refusal)) from refusal


@contextmanager
def blaming(form: Any, field: str | None = None) -> Iterator[None]:
    """What is refused becomes an error of the form: at the field of its pointer, or at `field`."""
    try:
        yield
    except DomainError as refusal:
        named = (refusal.pointer or "").removeprefix("/")
        raise Misplaced(form, named if named in form.fields else field, told(refusal)) from refusal


def refused(operation: Callable[[], object]) -> Any:
    """Run what deletes a thing; the sentence of what stands against it, None where nothing does."""
    try:
        operation()
    except DomainError as refusal:
        return told(refusal)
    except IntegrityError:
        return OVERTAKEN
    return None
