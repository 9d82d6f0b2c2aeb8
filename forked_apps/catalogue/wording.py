"""What a text is called in a language: in its translations, by the chain of languages, else the column itself.

The column is in the shop's main language; translations lie in `i18n`, one JSON object per row (django-modeltrans).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from modeltrans.utils import build_localized_fieldname

from nexus_shop.core.languages import chain_of, main_language


def key_of(name: str, language: str) -> str:
    """Where `i18n` keeps the field in that language: `title_de`, `title_pt_br`."""
    return str(build_localized_fieldname(name, language))


def worded(original: str, words: Mapping[str, Any], name: str, chain: Sequence[str]) -> str:
    """The text of the first language of the chain that has one. The main one, which ends it, is the original."""
    for language in chain[:-1]:
        text = words.get(key_of(name, language))
        if isinstance(text, str) and text:
            return text
    return original


def worded_sql(name: str, language: str, *, row: str = "") -> str:
    """The same as an SQL expression; the plain column for the main language."""
    prefix = f"{row}." if row else ""
    if language == main_language():
        return prefix + name
    found = [f"NULLIF({prefix}i18n->>'{key_of(name, each)}', '')" for each in chain_of(language)[:-1]]
    return f"COALESCE({', '.join(found)}, {prefix}{name})"
