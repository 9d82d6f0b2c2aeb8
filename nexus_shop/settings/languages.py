"""The languages of the shop and of the staff pages."""

import re
from typing import Final

from django.conf.locale import LANG_INFO
from django.core.exceptions import ImproperlyConfigured

from .env import BASE_DIR, items, text

REGION: Final = re.compile(r"[a-z]{2}|[0-9]{3}")


def _name(code: str) -> str:
    """What its speakers call a language, that of a region by its base if need be. Empty: Django knows neither."""
    base, _, region = code.partition("-")
    if name := LANG_INFO.get(code, {}).get("name_local"):
        return str(name)
    is_region = REGION.fullmatch(region) and "name_local" in LANG_INFO.get(base, {})
    return f"{LANG_INFO[base]['name_local']} ({region.upper()})" if is_region else ""


def _known(code: str, variable: str) -> str:
    if not _name(code):
        raise ImproperlyConfigured(f"{variable}: Django knows no language {code!r} (lower case, as in pt-br).")
    return code


def _fallbacks(lists: list[str]) -> dict[str, list[str]]:
    """`["de-ch:de:fr"]` as `{"de-ch": ["de", "fr"]}`; what is unset falls back to its own base language."""
    chains = {code: [base] for code in SHOP_LANGUAGES if (base := code.partition("-")[0]) in SHOP_LANGUAGES}
    for entry in lists:
        language, *chain = entry.split(":")
        for code in (language, *chain):
            if code not in SHOP_LANGUAGES:
                raise ImproperlyConfigured(f"LANGUAGE_FALLBACKS: {code!r} is not in SHOP_LANGUAGES.")
        chains[language] = chain
    return chains


# The catalogue's columns are in the first; the others are translations. Django's own setting is the same language.
SHOP_LANGUAGES = tuple(_known(code, "SHOP_LANGUAGES") for code in dict.fromkeys(items("SHOP_LANGUAGES"))) or (
    text("LANGUAGE_CODE"),
)
LANGUAGE_CODE = SHOP_LANGUAGES[0]
LANGUAGE_FALLBACKS = _fallbacks(items("LANGUAGE_FALLBACKS"))
_STAFF_LANGUAGES = ("en", "de", "fr")
LANGUAGES = [(code, _name(code) or code) for code in dict.fromkeys([*_STAFF_LANGUAGES, *SHOP_LANGUAGES])]
LOCALE_PATHS = [BASE_DIR / "locale"]

MODELTRANS_AVAILABLE_LANGUAGES = SHOP_LANGUAGES
MODELTRANS_FALLBACK = {
    "default": (LANGUAGE_CODE,),
    **{code: (*chain, LANGUAGE_CODE) for code, chain in LANGUAGE_FALLBACKS.items()},
}
MODELTRANS_ADD_FIELD_HELP_TEXT = False
