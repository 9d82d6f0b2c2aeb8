"""Texts that staff write into the catalogue: words without markup, slugs, codes."""

import keyword
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from forked_apps.catalogue.fields import INKLESS, is_control, is_invisible
from forked_apps.catalogue.html import MARKUP
from forked_apps.catalogue.slugs import RESERVED, is_allowed

from .fields import Text

#: What `Words` takes, for the documentation: no `<` before a letter, no control characters, something to be seen.
_CONTROL: Final = {False: r"\x00-\x1f\x7f", True: r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f"}
SLUG: Final = r"^[-a-zA-Z0-9_]+\Z"
#: The same for the documentation, with what `is_allowed` says; an empty one is made from the name.
SLUG_ALLOWED: Final = rf"^(?!(?:[0-9]+|{'|'.join(sorted(RESERVED))})$)[-a-zA-Z0-9_]*$"
CODE: Final = r"^[a-zA-Z_][0-9a-zA-Z_]*\Z"


class Words(Text):
    """A text for people, shown as it is: markup is refused, wherever the text is shown one day.

    So is what cannot be shown, and a text of which nothing would be seen. `lines`: whether it may have several.
    """

    default_error_messages = {
        "markup": _("This text may have no markup."),
        "control": _("This text has characters that cannot be shown."),
        "invisible": _("Of this text nothing can be seen."),
    }

    def __init__(self, *, lines: bool = False, **options: Any) -> None:
        self.lines = lines
        super().__init__(**options)

    @property
    def pattern(self) -> str:
        """What it takes, for the documentation; the empty text stands beside it there, where it is taken."""
        control = _CONTROL[self.lines]
        plain = rf"(?:[^<{control}]|<+[^<a-zA-Z/!?{control}])"
        solid = rf"(?:[^\s\x1c-\x1f\x85<{control}{INKLESS}]|<+[^<a-zA-Z/!?{control}])"
        seen = rf"(?:[ {INKLESS}]*{solid}{plain}*<*|<+)"
        return rf"^(?:\s*{seen}\s*|\s+)$" if self.allow_blank else rf"^\s*{seen}\s*$"

    def to_internal_value(self, data: Any) -> str:
        """The text."""
        text = super().to_internal_value(data)
        if MARKUP.search(text):
            self.fail("markup")
        if any(is_control(char) and not (self.lines and char in "\r\n\t") for char in text):
            self.fail("control")
        if text and is_invisible(text):
            self.fail("invisible")
        return text


class SlugText(serializers.RegexField):
    """A slug: no number, which would be an id, and no word of the API."""

    def __init__(self, **options: Any) -> None:
        super().__init__(SLUG, **{"max_length": 255, "trim_whitespace": False, **options})

    def to_internal_value(self, data: Any) -> str:
        """The slug."""
        if not isinstance(data, str):
            self.fail("invalid")
        slug: str = super().to_internal_value(data)
        if slug and not is_allowed(slug):
            raise ValidationError(_("A slug may not be a number or a word of the API."))
        return slug


class CodeText(serializers.RegexField):
    """The code of an attribute, as Oscar has it: an identifier that is no word of Python."""

    def __init__(self, **options: Any) -> None:
        super().__init__(CODE, **{"max_length": 128, "trim_whitespace": False, **options})

    def to_internal_value(self, data: Any) -> str:
        """The code."""
        if not isinstance(data, str):
            self.fail("invalid")
        code: str = super().to_internal_value(data)
        if keyword.iskeyword(code):
            raise ValidationError(_("A code may not be a word of Python."))
        return code
