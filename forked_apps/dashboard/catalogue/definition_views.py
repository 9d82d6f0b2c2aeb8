"""Oscar's hooks for product types with their attributes, option groups and options: by the operations of the API.

Oscar 4.2.1 saves the forms of a page one after the other, and takes away what products have.
"""

import json
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from django.contrib import messages
from django.db import IntegrityError
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from oscar.apps.dashboard.catalogue import views as oscar

from forked_apps.catalogue.classes import delete_class
from forked_apps.catalogue.options import delete_group, delete_option
from forked_apps.dashboard.selection import OneByNumber

from .definitions import refused, save_class, save_group, save_option
from .errors import Misplaced
from .operations import REASON
from .refusals import OVERTAKEN


class _SavesAtOnce:
    """A page that is written by one operation, or not at all."""

    request: HttpRequest

    def saved(self, operation: Callable[..., Any], form: Any, *formsets: Any) -> Any:
        """What the operation returns; None where it is refused, which is said at its place then."""
        try:
            return operation(form, *formsets)
        except Misplaced as refusal:
            refusal.form.add_error(refusal.field, refusal.reason)
        except IntegrityError:
            form.add_error(None, OVERTAKEN)
        return None


class _SavesClass(_SavesAtOnce):
    def forms_valid(self, form: Any, attributes_formset: Any) -> HttpResponse:
        """Save the type with its attributes."""
        if self.saved(save_class, form, attributes_formset) is not None:
            return HttpResponseRedirect(self.get_success_url())  # type: ignore[attr-defined]  # Oscar's
        response: HttpResponse = self.forms_invalid(form, attributes_formset)  # type: ignore[attr-defined]
        return response


class ProductClassCreateView(_SavesClass, oscar.ProductClassCreateView):
    """A new product type."""


class ProductClassUpdateView(_SavesClass, oscar.ProductClassUpdateView):
    """Change a product type."""


class _SavesGroup(_SavesAtOnce):
    def forms_valid(self, form: Any, attribute_option_formset: Any) -> HttpResponse:
        """Save the group with its options."""
        page: Any = self
        group = self.saved(partial(save_group, saved_by=self.request.user.pk), form, attribute_option_formset)
        response: HttpResponse
        if group is None:
            response = page.forms_invalid(form, attribute_option_formset)
        elif page.is_popup:
            response = page.popup_response(group)
        else:
            response = HttpResponseRedirect(page.get_success_url())
        return response


class AttributeOptionGroupCreateView(_SavesGroup, oscar.AttributeOptionGroupCreateView):
    """A new group of options."""


class AttributeOptionGroupUpdateView(OneByNumber, _SavesGroup, oscar.AttributeOptionGroupUpdateView):
    """Change a group of options."""


class _SavesOption(_SavesAtOnce):
    def form_valid(self, form: Any) -> HttpResponse:
        """Save the option."""
        page: Any = self
        option = self.saved(partial(save_option, saved_by=self.request.user.pk), form)
        response: HttpResponse
        if option is None:
            response = page.form_invalid(form)
        elif page.is_popup:
            response = page.popup_response(option)
        else:
            page.object = option
            response = HttpResponseRedirect(page.get_success_url())
        return response


class OptionCreateView(_SavesOption, oscar.OptionCreateView):
    """A new option."""


class OptionUpdateView(OneByNumber, _SavesOption, oscar.OptionUpdateView):
    """Change an option."""


class _DeletesUnused(OneByNumber):
    """Deletes what nothing uses; else says what uses it."""

    operation: ClassVar[Any]
    list_name: ClassVar[str]
    form_class = Form
    request: HttpRequest

    def remove(self, pk: int) -> None:
        """Delete the thing of that id."""
        type(self).operation(pk)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Delete, or say what stands against it."""
        page: Any = self
        page.object = page.get_object()
        pk = page.object.pk
        refusal = refused(lambda: self.remove(pk))
        if refusal is not None:
            messages.error(request, refusal)
            return redirect(f"dashboard:{self.list_name}")
        if getattr(page, "is_popup", None):
            said = {"popup_response_data": json.dumps({"action": "delete", "value": str(pk)})}
            return TemplateResponse(request, "oscar/dashboard/widgets/popup_response.html", said)
        return HttpResponseRedirect(page.get_success_url())


class ProductClassDeleteView(_DeletesUnused, oscar.ProductClassDeleteView):
    """Oscar 4.2.1 asks for the type's own form again, so that it never deletes one, and would fail on one in use."""

    operation = staticmethod(delete_class)
    list_name = "catalogue-class-list"


class _DeletesPriced(_DeletesUnused):
    """The ledger says who has deleted what had a price."""

    def remove(self, pk: int) -> None:
        """Delete the thing of that id, in the user's name."""
        type(self).operation(pk, changed_by=self.request.user.pk, reason=REASON)


class AttributeOptionGroupDeleteView(_DeletesPriced, oscar.AttributeOptionGroupDeleteView):
    """Oscar 4.2.1 asks for attributes only: a group that an option chooses from went."""

    operation = staticmethod(delete_group)
    list_name = "catalogue-attribute-option-group-list"


class OptionDeleteView(_DeletesPriced, oscar.OptionDeleteView):
    """Oscar 4.2.1 deletes on any POST what the page refuses to offer."""

    operation = staticmethod(delete_option)
    list_name = "catalogue-option-list"
