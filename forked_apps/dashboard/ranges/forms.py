"""Oscar's hooks for the forms on ranges."""

import csv
import io
from typing import Any, ClassVar, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from oscar.apps.dashboard.ranges.forms import RangeForm as OscarRangeForm
from oscar.apps.dashboard.ranges.forms import RangeProductForm as OscarRangeProductForm

from forked_apps.dashboard.catalogue.widgets import CategorySelectMultiple
from forked_apps.offer.models import RangeProductFileUpload

MAX_FILE: Final = 5_000_000  # bytes: some hundred thousand SKUs


class RangeForm(OscarRangeForm):
    """Oscar 4.2.1 sends all categories, twice, and asks the database for the way to each."""

    class Meta(OscarRangeForm.Meta):
        widgets: ClassVar = {
            "included_categories": CategorySelectMultiple(),
            "excluded_categories": CategorySelectMultiple(),
        }


class RangeProductForm(OscarRangeProductForm):
    """Oscar 4.2.1 fails on a file that is no UTF-8 text, and on a type of list that it does not know."""

    LISTS: Final = {kind for kind, _label in RangeProductFileUpload.UPLOAD_TYPE_CHOICES}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        upload: Any = self.fields["file_upload"]
        upload.widget = forms.FileInput(attrs={"accept": ".csv,.txt,text/csv,text/plain"})
        upload.help_text = gettext_lazy("A text file of SKUs: with commas between them, or one in each line.")

    def clean_upload_type(self) -> str:
        """The list that the products come into; that of the range where nothing is said."""
        return self.cleaned_data["upload_type"] or RangeProductFileUpload.INCLUDED_PRODUCTS_TYPE

    def clean_file_upload(self) -> Any:
        """The text of the file, ready to be read; None where none was sent."""
        upload = self.cleaned_data["file_upload"]
        if upload is None:
            return None
        if upload.size > MAX_FILE:
            raise ValidationError(_("This file is too large."))
        text = _text_of(upload.read())
        try:
            readable = text is not None and any(csv.reader(io.StringIO(text, newline="")))
        except csv.Error:
            readable = False
        if not readable or text is None:
            raise ValidationError(_("This is no text file with SKUs."))
        upload.text = text
        return upload

    def clean(self) -> dict[str, Any]:
        """Oscar's rules, where everything could be read."""
        data = self.cleaned_data
        if data.get("upload_type") not in self.LISTS:
            self.add_error(None, _("There is no such list of products."))
        return data if self.errors else super().clean()


def _text_of(content: bytes) -> str | None:
    """The words of a file, in Unicode or as older programs write them; None of what is no text."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if any(sign < " " and sign not in "\t\r\n" for sign in text) else text
    return None
