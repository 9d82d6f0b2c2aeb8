"""The languages of the shop: which there are, which stands in for which, which of them a client wants."""

from functools import lru_cache
from typing import Final

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation.trans_real import parse_accept_lang_header

ANY: Final = "*"


def shop_languages() -> tuple[str, ...]:
    """The languages in which the catalogue is kept, the main one first."""
    return tuple(settings.SHOP_LANGUAGES)


def main_language() -> str:
    """The language of the columns themselves; all others are translations."""
    return str(settings.SHOP_LANGUAGES[0])


def other_languages() -> tuple[str, ...]:
    """The languages that texts are translated into."""
    return shop_languages()[1:]


def chain_of(language: str) -> tuple[str, ...]:
    """The language and what stands in where it has no text, the main one last."""
    fallbacks = settings.LANGUAGE_FALLBACKS.get(language, ())
    return tuple(dict.fromkeys([language, *fallbacks, main_language()]))


def active_language() -> str:
    """The shop's language that is active; the main one where another one is."""
    active = get_language()
    return active if active in settings.SHOP_LANGUAGES else main_language()


def negotiated(accept_language: str) -> str:
    """The shop's language that suits an Accept-Language header best; the main one where none does."""
    languages = shop_languages()
    return _negotiated(accept_language[:500], languages) if accept_language and len(languages) > 1 else languages[0]


@lru_cache(maxsize=1000)
def _negotiated(accept_language: str, languages: tuple[str, ...]) -> str:
    """`de-at` is answered in `de`, and `pt` in `pt-br`, where the shop does not speak just that."""
    for wanted, weight in parse_accept_lang_header(accept_language):
        if wanted == ANY or not weight:
            break
        base = wanted.partition("-")[0]
        relatives = [each for each in languages if each.partition("-")[0] == base]
        for candidate in (wanted, base, *relatives):
            if candidate in languages:
                return candidate
    return languages[0]
