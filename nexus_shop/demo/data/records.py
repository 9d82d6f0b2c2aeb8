"""The shapes of the demo's data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from typing import Final

MAIN: Final = "main"  # settings.DEFAULT_PARTNER
NORTHERN: Final = "Northern workshop"

AttributeValue = str | int | float | bool | date | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A category with those below it. `code` finds it again; `colour` and `shape` draw the picture of a root."""

    code: str
    name: str
    description: str
    children: tuple["Group", ...] = ()
    shape: str = ""
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Attribute:
    """What products of a type can say of themselves; `options` names a group of options."""

    code: str
    name: str
    type: str
    options: str = ""


@dataclass(frozen=True, slots=True)
class ProductType:
    """A product class. `options` are what a shopper may add when buying, by code."""

    name: str
    attributes: tuple[Attribute, ...]
    is_shipped: bool = True
    tracks_stock: bool = True
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Variant:
    """A child product: its values on the item's axes, its price, and what is in stock."""

    sku: str
    values: Mapping[str, str]
    surcharge: str
    stock: int


@dataclass(frozen=True, slots=True)
class Item:
    """A product as it is listed: sold singly, or a parent with a variant for each combination of `axes`.

    `partners` are those who have it in stock, the first at the full price. Prices are in the shop's currency.
    `public_in_days` schedules what is not public; `goes_with` are the SKUs of what is bought with it.
    """

    sku: str
    title: str
    category: str
    type: str
    brand: str
    price: str
    shape: str
    colours: tuple[str, ...]
    about: tuple[str, ...]
    details: tuple[str, ...] = ()
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict)
    axes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    surcharges: Mapping[str, str] = field(default_factory=dict)
    sold_out: tuple[str, ...] = ()
    stock: int = 25
    list_price: str = ""
    partners: tuple[str, ...] = (MAIN,)
    has_group_picture: bool = False
    is_public: bool = True
    public_in_days: int | None = None
    barcode: str = ""
    tags: tuple[str, ...] = ()
    goes_with: tuple[str, ...] = ()

    @property
    def description(self) -> str:
        """The texts as HTML."""
        points = "".join(f"<li>{detail}</li>" for detail in self.details)
        paragraphs = "".join(f"<p>{text}</p>" for text in self.about)
        return paragraphs + (f"<ul>{points}</ul>" if points else "")

    def variants(self) -> list[Variant]:
        """The variants, in the order of the axes' values; stocks differ a little, as they do."""
        found = []
        for number, values in enumerate(product(*self.axes.values())) if self.axes else ():
            sku = "-".join((self.sku, *(_letters(value) for value in values)))
            surcharge = next((self.surcharges[value] for value in values if value in self.surcharges), "0")
            is_there = ", ".join(values) not in self.sold_out
            stock = self.stock + number * 7 % 11 if is_there else 0
            found.append(Variant(sku, dict(zip(self.axes, values, strict=True)), surcharge, stock))
        return found


def _letters(value: str) -> str:
    return "".join(character for character in value if character.isalnum()).upper()[:6]
