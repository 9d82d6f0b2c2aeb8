"""Which language a client is answered in, and what stands in for what."""

import pytest
from pytest_django import Settings

from nexus_shop.core.languages import active_language, chain_of, negotiated
from nexus_shop.settings.languages import _fallbacks


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("DE", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("de-CH", "de-ch"),
        ("it,de;q=0.5,en;q=0.4", "de"),
        ("en;q=0.4,de;q=0.5", "de"),
        ("pt", "pt-br"),
        ("pt-PT", "pt-br"),
        ("*", "en"),
        ("it,*;q=0.5,de;q=0.1", "en"),
        ("de;q=0,en", "en"),
        ("de;q=0", "en"),
        ("it", "en"),
        ("\0;q=,,;;", "en"),
        ("x" * 5000, "en"),
    ],
)
def test_language_is_the_best_of_the_header(settings: Settings, header: str, language: str) -> None:
    settings.SHOP_LANGUAGES = ("en", "de", "de-ch", "pt-br")
    assert negotiated(header) == language


def test_shop_of_one_language_looks_at_no_header(settings: Settings) -> None:
    settings.SHOP_LANGUAGES = ("en",)
    assert negotiated("de") == "en"


def test_chain_ends_with_the_main_language(settings: Settings) -> None:
    settings.SHOP_LANGUAGES = ("en", "de", "de-ch", "fr")
    settings.LANGUAGE_FALLBACKS = {"de-ch": ["de", "fr"]}
    assert chain_of("de-ch") == ("de-ch", "de", "fr", "en")
    assert chain_of("fr") == ("fr", "en")
    assert chain_of("en") == ("en",)


def test_language_of_a_staff_page_may_be_none_of_the_shop(settings: Settings) -> None:
    from django.utils import translation

    settings.SHOP_LANGUAGES = ("en", "de")
    with translation.override("fr"):
        assert active_language() == "en"
    with translation.override("de"):
        assert active_language() == "de"


def test_fallbacks_name_languages_of_the_shop() -> None:
    from django.core.exceptions import ImproperlyConfigured

    with pytest.raises(ImproperlyConfigured, match="'de-ch' is not in SHOP_LANGUAGES"):
        _fallbacks(["de-ch:de"])


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_message_catalogues_are_compiled(language: str) -> None:
    from babel.messages.mofile import read_mo
    from babel.messages.pofile import read_po

    from nexus_shop.settings.env import BASE_DIR

    folder = BASE_DIR / "locale" / language / "LC_MESSAGES"
    with (folder / "django.po").open("rb") as written, (folder / "django.mo").open("rb") as compiled:
        texts = {message.id: message.string for message in read_po(written) if message.id}
        assert {message.id: message.string for message in read_mo(compiled) if message.id} == texts
