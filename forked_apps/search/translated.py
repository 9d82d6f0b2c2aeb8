"""The rows of a batch as one language has them. Pure: the sources are read once, whatever the number of languages."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, Final

from forked_apps.catalogue.models import Product
from forked_apps.catalogue.translations import fields_of
from forked_apps.catalogue.wording import worded
from nexus_shop.core.languages import chain_of, main_language

from .sources import AttributeRow, CategoryRow, OptionRow, ProductRow

#: What is translated of the product itself, as far as documents show it.
TEXTS: Final = tuple(name for name in fields_of(Product) if name in {field.name for field in fields(ProductRow)})


def in_language(rows: Mapping[int, ProductRow], language: str) -> Mapping[int, ProductRow]:
    """The rows with each text in the language, or in the first of its fallbacks that has one."""
    if language == main_language():
        return rows
    chain = chain_of(language)
    return {pk: _product(row, chain) for pk, row in rows.items()}


def _product(row: ProductRow, chain: Sequence[str]) -> ProductRow:
    texts: dict[str, Any] = {name: worded(getattr(row, name), row.words, name, chain) for name in TEXTS}
    return replace(
        row,
        **texts,
        categories=[_category(category, chain) for category in row.categories],
        attributes=[_attribute(attribute, chain) for attribute in row.attributes],
        options=[_option(option, chain) for option in row.options],
    )


def _category(category: CategoryRow, chain: Sequence[str]) -> CategoryRow:
    above: list[CategoryRow] = []
    for each in category.chain:
        slug = worded(each.slug, each.words, "slug", chain)
        path = f"{above[-1].path}/{slug}" if above else slug
        above.append(replace(each, name=worded(each.name, each.words, "name", chain), slug=slug, path=path, chain=[]))
    return replace(above[-1], chain=above)


def _attribute(attribute: AttributeRow, chain: Sequence[str]) -> AttributeRow:
    """`value` stays as it is: what programs compare and filter by is the same in every language."""
    display = attribute.display
    if attribute.value_words:
        display = ", ".join(worded(text, words, attribute.value_column, chain) for text, words in attribute.value_words)
    return replace(attribute, name=worded(attribute.name, attribute.words, "name", chain), display=display)


def _option(option: OptionRow, chain: Sequence[str]) -> OptionRow:
    return replace(
        option,
        name=worded(option.name, option.words, "name", chain),
        help_text=worded(option.help_text, option.words, "help_text", chain),
        shown={choice: worded(choice, words, "option", chain) for choice, words in option.choice_words.items()},
    )
