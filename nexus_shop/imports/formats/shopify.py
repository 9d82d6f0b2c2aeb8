"""Shopify's product export, with the headings of before and after 2025.

The first row of a handle has the product's cells and its first variant, further rows one variant, one picture or both.
How columns come over is told to merchants in docs/howto/import-products.md.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from oscar.core.utils import slugify

from forked_apps.catalogue.product_images import MAX_PICTURES
from nexus_shop.imports.records import Record
from nexus_shop.imports.values import Parsed, Problem, SourcePicture, SourceProduct, SourceVariant

from .base import Format
from .cells import Cells

OPTIONS: Final = (1, 2, 3)
MAX_SKU: Final = 64
MAX_HANDLE: Final = 200
MAX_TYPE: Final = 90
MAX_ALT: Final = 200
POSITION: Final = re.compile(r"[0-9]{1,6}")
DEFAULT_VALUE: Final = "default title"
STATUSES: Final = {"active": True, "draft": False, "archived": False, "unlisted": False}
POLICIES: Final = {"deny": False, "continue": True, "false": False, "true": True}

# The second heading, where there is one, is that of exports since 2025.
HEADINGS: Final = {
    "Handle": ("URL handle",),
    "Title": (),
    "Body (HTML)": ("Description",),
    "Vendor": (),
    "Type": ("Custom Product Type",),
    "Tags": (),
    "Published": ("Published on online store",),
    "Status": (),
    **{f"Option{n} {part}": () for n in OPTIONS for part in ("Name", "Value")},
    "Variant SKU": ("SKU",),
    "Variant Inventory Tracker": ("Inventory tracker",),
    "Variant Inventory Qty": ("Inventory quantity",),
    "Variant Inventory Policy": ("Continue selling when out of stock",),
    "Variant Price": ("Price",),
    "Variant Compare At Price": ("Compare-at price",),
    "Variant Requires Shipping": ("Requires shipping",),
    "Variant Barcode": ("Barcode",),
    "Image Src": ("Product image URL",),
    "Image Position": (),
    "Image Alt Text": (),
    "Variant Image": ("Variant image URL",),
    "Gift Card": (),
    "SEO Title": (),
    "SEO Description": (),
}

FIELDS: Final = {
    "description": "Body (HTML)",
    "brand": "Vendor",
    "type": "Type",
    "tags": "Tags",
    "is_public": "Published",
    "meta_title": "SEO Title",
    "meta_description": "SEO Description",
    "options": "Option1 Name",
    "pictures": "Image Src",
    "sku": "Variant SKU",
    "price": "Variant Price",
    "list_price": "Variant Compare At Price",
    "quantity": "Variant Inventory Qty",
    "tracks_stock": "Variant Inventory Tracker",
    "requires_shipping": "Variant Requires Shipping",
    "barcode": "Variant Barcode",
    "picture_url": "Variant Image",
}


@dataclass(frozen=True, slots=True)
class _Reading:
    """What one variant row says. `variant` None: the row was refused."""

    cells: Cells
    variant: SourceVariant | None
    ships: bool


def parse(records: Sequence[Record], currency: str, is_whole: bool) -> Parsed:
    """One product of all its rows. A refused variant leaves the others; refused product cells leave nothing."""
    first = next((record for record in records if record["Title"]), None)
    if first is None:
        return Parsed(None, tuple(r.problem("Title", "no row of this handle has a title") for r in records))
    rows = [record for record in records if record is first or _has_variant(record)]
    head = Cells(first)
    options = _options(head, rows)
    tracks_stock = any(map(_is_tracked, rows))
    readings = list(_distinct([_variant(row, options, currency, tracks_stock=tracks_stock) for row in rows]))
    pictures, remarks = _pictures(records)
    variants = tuple(reading.variant for reading in readings if reading.variant)
    product = _product(
        head,
        options=options,
        variants=variants,
        pictures=pictures,
        tracks_stock=tracks_stock,
        requires_shipping=any(reading.ships for reading in readings),
        is_complete=is_whole and len(variants) == len(rows),
    )
    problems = [*head.problems, *remarks, *_strays(records, first)]
    problems += [problem for reading in readings for problem in reading.cells.problems]
    if head.is_refused or not variants:
        return Parsed(None, tuple(_with_the_rest(records, problems)))
    return Parsed(product, tuple(problems))


def made_sku(handle: str, values: Sequence[str]) -> str:
    """The SKU of a variant that has none: the same for the same handle and values, another for others.

    Where a word loses signs on the way ("1.5" and "15"), or the whole is too long, a digest tells them apart.
    """
    words = [handle, *values]
    slugs = [slugify(word) for word in words]
    sku = ".".join(slugs)
    if len(sku) <= MAX_SKU and all(
        word.lower().replace(" ", "-") == slug for word, slug in zip(words, slugs, strict=True)
    ):
        return sku
    digest = hashlib.sha256("\n".join(word.lower() for word in words).encode()).hexdigest()[:10]
    return f"{sku[: MAX_SKU - len(digest) - 1]}-{digest}"


def _has_variant(record: Record) -> bool:
    return any(record[column] for column in ("Variant Price", "Variant SKU", *(f"Option{n} Value" for n in OPTIONS)))


def _is_tracked(record: Record) -> bool:
    """Shopify counts stock where a tracker is named, and sells on past zero where the policy says so."""
    if "Variant Inventory Tracker" not in record.headings:
        return True
    sells_on = POLICIES.get(record["Variant Inventory Policy"].lower(), False)
    return bool(record["Variant Inventory Tracker"]) and not sells_on


def _options(head: Cells, rows: Sequence[Record]) -> dict[int, str]:
    """The product's options by number; none where "Title" with "Default Title" says that there are none."""
    names = {n: head.text(f"Option{n} Name", 128) for n in OPTIONS if head.record[f"Option{n} Name"]}
    plain = {record["Option1 Value"].lower() for record in rows} <= {"", DEFAULT_VALUE}
    if plain and [(n, name.lower()) for n, name in names.items()] in ([], [(1, "title")]):
        return {}
    for n, name in names.items():
        if name.lower() in {other.lower() for m, other in names.items() if m < n}:
            head.refuse(f"Option{n} Name", f"two options are named {name!r}")
    return names


def _product(
    head: Cells,
    *,
    options: dict[int, str],
    variants: tuple[SourceVariant, ...],
    pictures: tuple[SourcePicture, ...],
    tracks_stock: bool,
    requires_shipping: bool,
    is_complete: bool,
) -> SourceProduct:
    handle = head.text("Handle", MAX_HANDLE)
    is_public = head.flag("Published", default=True) & head.word("Status", STATUSES, default=True)
    if head.flag("Gift Card", default=False):
        head.warn("Gift Card", "gift cards are not sold by this shop yet: the product is hidden")
        is_public = False
    tags = dict.fromkeys(tag for tag in map(str.strip, head.record["Tags"].split(",")) if tag)
    return SourceProduct(
        line=head.record.line,
        code=f"shopify:{handle}",
        slug=slugify(handle),
        title=head.text("Title", 255),
        description=head.record["Body (HTML)"],
        brand=head.text("Vendor", 128),
        type=head.text("Type", MAX_TYPE),
        tags=", ".join(tags),
        is_public=is_public,
        tracks_stock=tracks_stock,
        requires_shipping=requires_shipping,
        meta_title=head.text("SEO Title", 255),
        meta_description=head.record["SEO Description"],
        options=tuple(options.values()),
        variants=variants,
        pictures=pictures,
        unsaid=_unsaid(head.record),
        is_complete=is_complete,
    )


def _unsaid(record: Record) -> frozenset[str]:
    columns = record.headings.keys() | ({"Published"} if "Status" in record.headings else set())
    return frozenset(field for field, column in FIELDS.items() if column not in columns)


def _variant(record: Record, options: dict[int, str], currency: str, *, tracks_stock: bool) -> _Reading:
    cells = Cells(record)
    values = tuple(_value(cells, n) for n in options)
    _refuse_nameless_values(cells, options)
    sku = cells.text("Variant SKU", MAX_SKU)
    price = cells.amount("Variant Price", currency)
    if price is None and not cells.is_refused:
        cells.refuse("Variant Price", "the variant has no price")
    list_price = cells.amount("Variant Compare At Price", currency)
    quantity = _quantity(cells, tracks_stock=tracks_stock)
    barcode = cells.text("Variant Barcode", 255)
    ships = cells.flag("Variant Requires Shipping", default=True)
    if price is None or cells.is_refused:
        return _Reading(cells, None, ships)
    if list_price is not None and list_price <= price:
        list_price = None
    variant = SourceVariant(
        line=record.line,
        sku=sku or made_sku(record["Handle"], values),
        has_made_sku=not sku,
        values=values,
        price=price,
        list_price=list_price,
        quantity=quantity,
        barcode=barcode,
        picture_url=record["Variant Image"],
    )
    return _Reading(cells, variant, ships)


def _value(cells: Cells, n: int) -> str:
    column = f"Option{n} Value"
    if not cells.record[column]:
        cells.refuse(column, "the variant has no value for this option")
    return cells.text(column, 255)


def _refuse_nameless_values(cells: Cells, options: dict[int, str]) -> None:
    for n in OPTIONS:
        value = cells.record[f"Option{n} Value"]
        if value and n not in options and value.lower() != DEFAULT_VALUE:
            cells.refuse(f"Option{n} Value", f"there is a value, but no name in Option{n} Name")


def _quantity(cells: Cells, *, tracks_stock: bool) -> int | None:
    """Units in stock; None where none are counted or the file does not say."""
    cells.word("Variant Inventory Policy", POLICIES, default=False)
    column = "Variant Inventory Qty"
    quantity = cells.whole(column)
    if not tracks_stock:
        return None
    if not _is_tracked(cells.record):
        reason = "stock is counted for all variants of a product or for none: the quantity is taken as stock"
        cells.warn("Variant Inventory Tracker", reason)
    if quantity is not None and quantity < 0:
        cells.warn(column, f"{quantity} in stock is taken as 0")
        return 0
    return quantity


def _distinct(readings: Sequence[_Reading]) -> Iterator[_Reading]:
    """The readings; a variant whose SKU or values came before is refused."""
    lines: dict[object, int] = {}
    for reading in readings:
        variant = reading.variant
        if variant is None:
            yield reading
            continue
        values = tuple(value.lower() for value in variant.values)
        if variant.sku in lines:
            reading.cells.refuse("Variant SKU", f"line {lines[variant.sku]} has the SKU {variant.sku}")
        elif values in lines:
            reading.cells.refuse("Option1 Value", f"line {lines[values]} is the same variant")
        else:
            lines[variant.sku] = lines[values] = variant.line
        yield _Reading(reading.cells, None if reading.cells.is_refused else variant, reading.ships)


def _pictures(records: Sequence[Record]) -> tuple[tuple[SourcePicture, ...], list[Problem]]:
    """The pictures by Image Position, without one by their place in the file; each address once."""
    found: dict[str, tuple[int, SourcePicture]] = {}
    problems: list[Problem] = []
    for record in records:
        url = record["Image Src"]
        if not url or url in found:
            continue
        position = record["Image Position"]
        if position and not POSITION.fullmatch(position):
            reason = "this is not a position: the picture stays where the file has it"
            problems.append(record.problem("Image Position", reason, is_error=False))
            position = ""
        if len(found) == MAX_PICTURES:
            reason = f"a product may have {MAX_PICTURES} pictures: no more are taken"
            problems.append(record.problem("Image Src", reason, is_error=False))
            break
        alt = record["Image Alt Text"]
        if len(alt) > MAX_ALT:
            problems.append(record.problem("Image Alt Text", f"cut to {MAX_ALT} characters", is_error=False))
        found[url] = (int(position or len(found) + 1), SourcePicture(record.line, url, alt[:MAX_ALT]))
    ordered = sorted(found.values(), key=lambda entry: entry[0])
    return tuple(picture for _, picture in ordered), problems


def _strays(records: Sequence[Record], first: Record) -> Iterator[Problem]:
    for record in records:
        if record is first:
            continue
        if record["Title"] and record["Title"] != first["Title"]:
            yield record.problem("Title", f"line {first.line} has the title: this one is passed over", is_error=False)
        if not _has_variant(record) and not record["Image Src"]:
            yield record.problem("", "the row has neither a variant nor a picture", is_error=False)


def _with_the_rest(records: Sequence[Record], problems: list[Problem]) -> Iterator[Problem]:
    """The problems, and an error for each row that is not loaded because others were refused."""
    yield from problems
    refused = {problem.line for problem in problems if problem.is_error}
    for record in records:
        if record.line not in refused:
            yield record.problem("", f"not loaded: see line {min(refused)}")


SHOPIFY: Final = Format(
    name="shopify",
    columns={heading.lower(): name for name, others in HEADINGS.items() for heading in (name, *others)},
    required=frozenset({"Handle", "Title", "Variant Price"}),
    key="Handle",
    fields=FIELDS,
    parse=parse,
)
