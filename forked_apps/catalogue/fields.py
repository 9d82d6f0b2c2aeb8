"""What a product's plain fields take: exact types, bounded, no NUL. Pure. API and forms check before."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from .barcodes import is_gtin
from .errors import Refusal, ValueRefused
from .html import MARKUP, sanitised
from .page_addresses import NO_ADDRESS, is_page_address
from .slugs import is_allowed

MAX_HTML: Final = 50_000
MAX_META: Final = 1000
SLUG: Final = re.compile(r"[-a-zA-Z0-9_]+")
#: Characters that leave no ink, beside white space: Unicode's default ignorables, and blanks that count as letters.
INKLESS: Final = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    r"\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
)
INVISIBLE: Final = re.compile(rf"[\s{INKLESS}\U000e0000-\U000e0fff]+")

Check = Callable[[Any, str], Any]  # value, JSON pointer -> the value to be stored


def refused(reason: Any, pointer: str | None) -> ValueRefused:
    """The error, to be raised."""
    return ValueRefused(Refusal(reason), pointer=pointer)


def text(max_length: int, *, blank: bool = True, lines: bool = False, markup: bool = True) -> Check:
    """A check for texts, white space at the ends taken off. None is an empty one, where `blank`.

    `markup`: whether it may have any, or is refused.
    """

    def check(value: Any, pointer: str) -> str:
        value = "" if value is None else value
        if not isinstance(value, str):
            raise refused(_("A text is wanted here."), pointer)
        stripped = value.strip()
        if len(stripped) > max_length:
            raise refused(_("This text is too long: it may have %d characters.") % max_length, pointer)
        if any(is_control(char) and not (lines and char in "\r\n\t") for char in stripped):
            raise refused(_("This text has characters that cannot be shown."), pointer)
        if stripped and not lines and is_invisible(stripped):
            raise refused(_("Of this text nothing can be seen."), pointer)
        if not markup and MARKUP.search(stripped):
            raise refused(_("This text may have no markup."), pointer)
        if not stripped and not blank:
            raise refused(_("This may not be empty."), pointer)
        return stripped

    return check


def is_control(char: str) -> bool:
    """NUL and the like, and halves of characters: PostgreSQL or UTF-8 do not take them."""
    return char < " " or char == "\x7f" or "\ud800" <= char <= "\udfff"


def is_invisible(text: str) -> bool:
    """Whether people would see nothing: white space, joiners, marks of direction and the like."""
    return INVISIBLE.fullmatch(text) is not None


def html(max_length: int = MAX_HTML) -> Check:
    """A check for HTML, which is made harmless."""
    plain = text(max_length, lines=True)

    def check(value: Any, pointer: str) -> str:
        clean = sanitised(plain(value, pointer))
        if len(clean) > 2 * max_length:  # what was `<` comes back as `&lt;`
            raise refused(_("This text is too long."), pointer)
        return clean

    return check


def _slug(value: Any, pointer: str) -> str:
    slug: str = text(240)(value, pointer)
    if slug and (not SLUG.fullmatch(slug) or not is_allowed(slug)):
        raise refused(_("A slug has letters, digits and hyphens; it is no number and no word of the API."), pointer)
    return slug


def _barcode(value: Any, pointer: str) -> str:
    barcode: str = text(14)(value, pointer)
    if barcode and not is_gtin(barcode):
        raise refused(_("A barcode has 8, 12, 13 or 14 digits, the last of which checks the others."), pointer)
    return barcode


def _address(value: Any, pointer: str) -> str:
    address: str = text(500)(value, pointer)
    if address and not is_page_address(address):
        raise refused(NO_ADDRESS, pointer)
    return address


def flag(value: Any, pointer: str) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise refused(_("True or false is wanted here."), pointer)
    return value


def whole(least: int, most: int) -> Check:
    """A check for whole numbers."""

    def check(value: Any, pointer: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise refused(_("A whole number from %(least)d to %(most)d.") % {"least": least, "most": most}, pointer)
        return value

    return check


#: Name of the fact -> the product's column and its check. Products of other apps' making add no rows here.
PLAIN: Final[Mapping[str, tuple[str, Check]]] = {
    "title": ("title", text(255)),
    "slug": ("slug", _slug),
    "sku": ("upc", text(64)),
    "description": ("description", html()),
    "barcode": ("barcode", _barcode),
    "is_discountable": ("is_discountable", flag),
    "priority": ("priority", whole(-1, 2**15 - 1)),
    "meta_title": ("meta_title", text(255)),
    "meta_description": ("meta_description", text(MAX_META, lines=True)),
    "canonical_url": ("canonical_url", _address),
    "og_title": ("og_title", text(255)),
    "og_description": ("og_description", text(500, lines=True)),
}
