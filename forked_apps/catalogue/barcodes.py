"""Barcodes: GTINs of 8, 12, 13 or 14 digits (EAN-8, UPC-A, EAN-13, ITF-14), the last of which checks the others."""

import re
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

GTIN: Final = re.compile(r"\d{8}|\d{12,14}", re.ASCII)


def is_gtin(text: str) -> bool:
    """Whether the text is a GTIN with the right check digit."""
    if not GTIN.fullmatch(text):
        return False
    weighted = (int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(text)))
    return sum(weighted) % 10 == 0


def validate_gtin(text: str) -> None:
    """For forms: raises ValidationError."""
    if not is_gtin(text):
        raise ValidationError(
            _("A barcode has 8, 12, 13 or 14 digits, the last of which checks the others."), code="invalid"
        )
