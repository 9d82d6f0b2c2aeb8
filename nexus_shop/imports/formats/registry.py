"""The formats that can be imported, by name. A new one is a module beside this and a line here."""

from typing import Final

from .base import Format
from .shopify import SHOPIFY

FORMATS: Final[dict[str, Format]] = {SHOPIFY.name: SHOPIFY}
