"""Reading and writing what the texts of products, categories, attributes and options are called in other languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db import transaction as django_transaction
from django.db.models import QuerySet

from nexus_shop.core.errors import NotFound
from nexus_shop.core.languages import main_language, other_languages
from nexus_shop.core.transactions import transaction, transaction_required
from nexus_shop.core.versions import ensure_current, version_of

from .errors import SlugTaken, TranslationFacts, TranslationRefused
from .fields import is_control, is_invisible
from .html import MARKUP, sanitised
from .locks import lock_tree
from .models import AttributeOption, Category, Option, Product, ProductAttribute
from .slugs import free_slug, is_allowed, readable_slug
from .wording import key_of

#: What is translated, by its word in the API.
KINDS: Final[Mapping[str, Any]] = {
    "products": Product,
    "categories": Category,
    "attributes": ProductAttribute,
    "attribute-options": AttributeOption,
    "options": Option,
}
HTML: Final = frozenset({"description", "long_description"})
#: What may have several lines.
LINES: Final = HTML | {"meta_description", "og_description", "help_text"}
#: What a slug is made of where none is given.
NAMES: Final = ("title", "name")

#: language -> field -> text. None, or an empty text, is no translation; a language that is None has none at all.
Texts = Mapping[str, Mapping[str, str | None] | None]


@dataclass(frozen=True, slots=True)
class Translations:
    """A thing's texts in the main language and, by language, in the others; None where there is no translation."""

    id: int
    original: dict[str, str | None]
    texts: dict[str, dict[str, str | None]]

    @property
    def version(self) -> str:
        """For If-Match."""
        return version_of(self)


def fields_of(model: Any) -> tuple[str, ...]:
    """The columns of the model that are translated."""
    return tuple(model._meta.get_field("i18n").fields)  # noqa: SLF001 - Django's documented API


def translations_of(thing: Any) -> Translations:
    """The translations of a product, category, attribute, attribute option or option."""
    names, words = fields_of(type(thing)), _words(thing)
    return Translations(
        id=thing.pk,
        original={name: getattr(thing, name) or None for name in names},
        texts={
            language: {name: words.get(key_of(name, language)) or None for name in names}
            for language in other_languages()
        },
    )


def stored_translations(kind: str, pk: int, *, among: "QuerySet[Any] | None" = None) -> Translations:
    """The translations of a thing by its kind (a key of KINDS) and id. Raises NotFound, also where it is none of
    those that are named.
    """
    thing = _those(kind, among).filter(pk=pk).first() if kind in KINDS else None
    if thing is None:
        raise NotFound
    return translations_of(thing)


def _those(kind: str, among: "QuerySet[Any] | None") -> "QuerySet[Any]":
    things: QuerySet[Any] = KINDS[kind].objects.all()
    return things if among is None else things.filter(pk__in=among.values("pk"))


@transaction(before_commit="documents")
def set_translations(
    kind: str,
    pk: int,
    *,
    texts: Texts,
    replaces: bool = False,
    version: str | None = None,
    among: "QuerySet[Any] | None" = None,
) -> Translations:
    """Write translations of a thing, and its documents; returns what is there now.

    What `texts` does not name stays, or goes where it `replaces`; languages that the shop speaks no more stay. HTML is
    sanitised; a language that has a title or a name and no slug gets one made of it. Locks the thing; before a
    category, the tree. Raises NotFound (also where it is none of `among`), StaleVersion, TranslationRefused, SlugTaken.
    """
    model = KINDS.get(kind)
    if model is None:
        raise NotFound
    if model is Category:
        lock_tree()
    thing = _those(kind, among).select_for_update(no_key=True, of=("self",)).filter(pk=pk).first()
    if thing is None:
        raise NotFound
    ensure_current(version, translations_of(thing))
    if replaces:
        texts = {language: _whole(model, texts.get(language)) for language in other_languages()} | dict(
            _unspoken(texts)
        )
    write_translations(thing, texts)
    return translations_of(thing)


@transaction_required
def write_translations(thing: Any, texts: Texts) -> None:
    """Write translations of a thing that the caller has locked. Raises TranslationRefused, SlugTaken."""
    words = _words(thing)
    names = fields_of(type(thing))
    for language, wanted in texts.items():
        if language not in other_languages():
            reason = "main_language" if language == main_language() else "unknown_language"
            raise _refusal(language, None, reason)
        for name, text in (dict.fromkeys(names) if wanted is None else wanted).items():
            if name not in names:
                raise _refusal(language, name, "unknown_field")
            _put(words, key_of(name, language), _checked(thing, language, name, text or ""))
        if "slug" in names:
            _name_slug(thing, words, language)
    if words != _words(thing):
        _save(thing, words)


def _whole(model: Any, wanted: Mapping[str, str | None] | None) -> dict[str, str | None]:
    return dict.fromkeys(fields_of(model)) | dict(wanted or {})


def _unspoken(texts: Texts) -> Texts:
    return {language: wanted for language, wanted in texts.items() if language not in other_languages()}


def _put(words: dict[str, Any], key: str, text: str) -> None:
    if text:
        words[key] = text
    else:
        words.pop(key, None)


def _words(thing: Any) -> dict[str, Any]:
    """The translations as they are stored; what plain SQL has spoilt is none."""
    return dict(thing.i18n) if isinstance(thing.i18n, dict) else {}


def _refusal(language: str, name: str | None, reason: str) -> TranslationRefused:
    steps = ["", "translations", *(step.replace("~", "~0").replace("/", "~1") for step in (language, name) if step)]
    return TranslationRefused(TranslationFacts(language, name, reason), pointer="/".join(steps))


def _checked(thing: Any, language: str, name: str, text: str) -> str:
    text = text.strip()
    if any(is_control(char) and not (name in LINES and char in "\r\n\t") for char in text):
        raise _refusal(language, name, "unprintable")
    if text and name not in HTML and is_invisible(text):
        raise _refusal(language, name, "unprintable")
    if text and name in HTML:
        text = sanitised(text)
    elif MARKUP.search(text):
        raise _refusal(language, name, "markup")
    column = type(thing)._meta.get_field(name)  # noqa: SLF001 - Django's documented API
    if column.max_length is not None and len(text) > column.max_length:
        raise _refusal(language, name, "too_long")
    if text and name == "slug":
        _check_slug(thing, column, language, text)
    return text


def _check_slug(thing: Any, column: Any, language: str, slug: str) -> None:
    try:
        column.run_validators(slug)
    except ValidationError:
        raise _refusal(language, "slug", "not_a_slug") from None
    if not is_allowed(slug):
        raise _refusal(language, "slug", "reserved")
    if thing.rival_addresses().filter(slug=slug).exists():
        raise SlugTaken(pointer=f"/translations/{language}/slug")


def _name_slug(thing: Any, words: dict[str, Any], language: str) -> None:
    """A slug for the language, made of its title; none where it has no title, or one that no slug can be made of."""
    key = key_of("slug", language)
    titles = (words.get(key_of(name, language)) for name in NAMES)
    wanted = readable_slug(next((title for title in titles if title), ""))
    if wanted and key not in words:
        words[key] = free_slug(wanted, thing.rival_addresses(), type(thing)._meta.model_name)  # noqa: SLF001


def _save(thing: Any, words: dict[str, Any]) -> None:
    """Only the translations: a whole category saved would restore the path that it had when it was read."""
    thing.i18n = words or None
    try:
        with django_transaction.atomic():
            type(thing).objects.filter(pk=thing.pk).update(i18n=thing.i18n)
    except IntegrityError:  # a rival took the slug since it was looked for
        raise SlugTaken(pointer="/translations") from None
