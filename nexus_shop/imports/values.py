"""What a file of another shop says, as plain values. Readers make them, `operations.import_product` writes them."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to tell about a row. An error: the row was not loaded. Else a warning: it was, but see `reason`."""

    line: int
    column: str
    reason: str
    is_error: bool


@dataclass(frozen=True, slots=True)
class SourcePicture:
    """A picture by its address, with its place among the product's pictures."""

    line: int
    url: str
    alt: str


@dataclass(frozen=True, slots=True)
class SourceVariant:
    """One thing to be sold. `values` belong to the product's options, in their order; none for a stand-alone product.

    Amounts are as entered, in the currency of the import. `quantity` None: none is counted, or the file does not say.
    `has_made_sku`: the file has none, the reader made one.
    """

    line: int
    sku: str
    has_made_sku: bool
    values: tuple[str, ...]
    price: Decimal
    list_price: Decimal | None
    quantity: int | None
    barcode: str
    picture_url: str


@dataclass(frozen=True, slots=True)
class SourceProduct:
    """One product with everything that its rows say.

    `code` tells it from all other products of all sources and never changes. Without `options` it is stand-alone and
    has one variant. `unsaid`: fields for which the file has no column; what the shop holds stays as it is.
    `is_complete`: no row of it was refused, so a variant that is not here is not in the file. `category_path`: names of
    categories, root first; without one the category is that of the type.
    """

    line: int
    code: str
    slug: str
    title: str
    description: str
    brand: str
    type: str
    tags: str
    is_public: bool
    tracks_stock: bool
    requires_shipping: bool
    meta_title: str
    meta_description: str
    options: tuple[str, ...]
    variants: tuple[SourceVariant, ...]
    pictures: tuple[SourcePicture, ...]
    unsaid: frozenset[str]
    is_complete: bool
    category_path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a reader made of the rows of one product. Without `product` none of them can be loaded."""

    product: SourceProduct | None
    problems: tuple[Problem, ...]
