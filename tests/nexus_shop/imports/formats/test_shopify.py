"""Shopify's rows, read into plain values."""

from decimal import Decimal
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexus_shop.imports.formats.registry import FORMATS
from nexus_shop.imports.formats.shopify import HEADINGS, SHOPIFY, made_sku
from nexus_shop.imports.records import Record
from nexus_shop.imports.values import Parsed, Problem, SourcePicture, SourceProduct, SourceVariant

ALL = {name: name for name in HEADINGS}
MUG = {"Handle": "mug", "Title": "Mug", "Variant Price": "12.50", "Variant SKU": "MUG-1"}
SMALL = {"Handle": "shirt", "Title": "Shirt", "Option1 Name": "Size", "Option1 Value": "Small", "Variant Price": "20"}
LARGE = {"Handle": "shirt", "Option1 Value": "Large", "Variant Price": "22"}


def parse(*rows: dict[str, str], headings: dict[str, str] | None = None, currency: str = "GBP") -> Parsed:
    lines = count(2)
    return SHOPIFY.parse(
        [Record(next(lines), row, ALL if headings is None else headings) for row in rows], currency, True
    )


def product_of(*rows: dict[str, str]) -> SourceProduct:
    parsed = parse(*rows)
    assert parsed.product is not None, parsed.problems
    return parsed.product


def variant_of(**cells: str) -> SourceVariant:
    return product_of(MUG | {name.replace("_", " "): cell for name, cell in cells.items()}).variants[0]


def errors_of(*rows: dict[str, str]) -> list[tuple[int, str, str]]:
    return [(problem.line, problem.column, problem.reason) for problem in parse(*rows).problems if problem.is_error]


def warnings_of(*rows: dict[str, str]) -> list[tuple[int, str, str]]:
    parsed = parse(*rows)
    assert parsed.product is not None
    return [(problem.line, problem.column, problem.reason) for problem in parsed.problems if not problem.is_error]


def test_shopify_is_a_known_format() -> None:
    assert FORMATS["shopify"] is SHOPIFY


def test_stand_alone_product() -> None:
    row = MUG | {
        "Body (HTML)": "<p>Holds tea.</p>",
        "Vendor": "Potters",
        "Type": "Kitchen",
        "Tags": "tea,  clay, tea,",
        "Published": "true",
        "Option1 Name": "Title",
        "Option1 Value": "Default Title",
        "Variant Inventory Tracker": "shopify",
        "Variant Inventory Qty": "7",
        "Variant Compare At Price": "15",
        "Variant Barcode": "4006381333931",
        "SEO Title": "A mug",
        "SEO Description": "For tea",
        "Image Src": "https://example.com/mug.jpg",
        "Image Alt Text": "A mug on a table",
    }
    assert parse(row) == Parsed(
        SourceProduct(
            line=2,
            code="shopify:mug",
            slug="mug",
            title="Mug",
            description="<p>Holds tea.</p>",
            brand="Potters",
            type="Kitchen",
            tags="tea, clay",
            is_public=True,
            tracks_stock=True,
            requires_shipping=True,
            meta_title="A mug",
            meta_description="For tea",
            options=(),
            variants=(
                SourceVariant(
                    line=2,
                    sku="MUG-1",
                    has_made_sku=False,
                    values=(),
                    price=Decimal("12.50"),
                    list_price=Decimal("15.00"),
                    quantity=7,
                    barcode="4006381333931",
                    picture_url="",
                ),
            ),
            pictures=(SourcePicture(2, "https://example.com/mug.jpg", "A mug on a table"),),
            unsaid=frozenset(),
            is_complete=True,
        ),
        (),
    )


def test_variants_are_further_rows() -> None:
    product = product_of(SMALL, LARGE)
    assert product.options == ("Size",)
    assert [(v.line, v.values, v.price, v.sku) for v in product.variants] == [
        (2, ("Small",), Decimal("20.00"), "shirt.small"),
        (3, ("Large",), Decimal("22.00"), "shirt.large"),
    ]


def test_three_options() -> None:
    names = {"Option1 Name": "Size", "Option2 Name": "Colour", "Option3 Name": "Cut"}
    values = {"Option1 Value": "S", "Option2 Value": "Red", "Option3 Value": "Slim"}
    product = product_of(MUG | names | values)
    assert product.options == ("Size", "Colour", "Cut")
    assert product.variants[0].values == ("S", "Red", "Slim")


def test_one_variant_with_a_named_option_is_no_stand_alone_product() -> None:
    assert product_of(SMALL).options == ("Size",)


def test_headings_of_exports_since_2025() -> None:
    assert SHOPIFY.columns["url handle"] == "Handle"
    assert SHOPIFY.columns["compare-at price"] == "Variant Compare At Price"
    assert SHOPIFY.columns["continue selling when out of stock"] == "Variant Inventory Policy"


def test_columns_that_the_file_does_not_have_are_unsaid() -> None:
    parsed = parse(MUG, headings={name: name for name in ("Handle", "Title", "Variant Price", "Status", "Vendor")})
    assert parsed.product is not None
    assert parsed.product.unsaid == {
        *("description", "type", "tags", "meta_title", "meta_description", "options", "pictures", "sku", "list_price"),
        *("quantity", "tracks_stock", "requires_shipping", "barcode", "picture_url"),
    }


def test_compare_at_price_counts_only_above_the_price() -> None:
    assert variant_of(**{"Variant Compare At Price": "12.51"}).list_price == Decimal("12.51")
    assert variant_of(**{"Variant Compare At Price": "12.50"}).list_price is None
    assert variant_of(**{"Variant Compare At Price": "0"}).list_price is None


def test_without_tracker_stock_is_not_counted() -> None:
    product = product_of(MUG | {"Variant Inventory Qty": "3"})
    assert product.tracks_stock is False
    assert product.variants[0].quantity is None


def test_with_policy_continue_stock_is_not_counted() -> None:
    row = MUG | {"Variant Inventory Tracker": "shopify", "Variant Inventory Policy": "CONTINUE"}
    assert product_of(row).tracks_stock is False


def test_tracked_and_untracked_variants_are_all_counted_and_said_so() -> None:
    rows = [
        SMALL | {"Variant Inventory Tracker": "shopify", "Variant Inventory Qty": "3"},
        LARGE | {"Variant Inventory Qty": "4"},
    ]
    assert [variant.quantity for variant in product_of(*rows).variants] == [3, 4]
    reason = "stock is counted for all variants of a product or for none: the quantity is taken as stock"
    assert warnings_of(*rows) == [(3, "Variant Inventory Tracker", reason)]


def test_negative_quantity_is_none_and_said_so() -> None:
    row = MUG | {"Variant Inventory Tracker": "shopify", "Variant Inventory Qty": "-2"}
    assert product_of(row).variants[0].quantity == 0
    assert warnings_of(row) == [(2, "Variant Inventory Qty", "-2 in stock is taken as 0")]


@pytest.mark.parametrize(
    ("cells", "is_public"),
    [
        ({}, True),
        ({"Published": "TRUE", "Status": "active"}, True),
        ({"Published": "false"}, False),
        ({"Published": "true", "Status": "draft"}, False),
        ({"Status": "archived"}, False),
    ],
)
def test_published_and_status(cells: dict[str, str], is_public: bool) -> None:
    assert product_of(MUG | cells).is_public is is_public


def test_gift_card_is_hidden_and_said_so() -> None:
    row = MUG | {"Gift Card": "true"}
    assert product_of(row).is_public is False
    reason = "gift cards are not sold by this shop yet: the product is hidden"
    assert warnings_of(row) == [(2, "Gift Card", reason)]


def test_goods_that_are_not_shipped() -> None:
    assert product_of(MUG | {"Variant Requires Shipping": "false"}).requires_shipping is False
    mixed = [SMALL | {"Variant Requires Shipping": "false"}, LARGE | {"Variant Requires Shipping": "true"}]
    assert product_of(*mixed).requires_shipping is True


def test_pictures_by_position_or_place_in_the_file_each_once() -> None:
    def picture(url: str, position: str = "") -> dict[str, str]:
        return {"Handle": "mug", "Image Src": url, "Image Position": position}

    product = product_of(
        MUG | {"Image Src": "b", "Image Position": "2"},
        picture("d"),
        picture("a", "1"),
        picture("b", "3"),
        picture("e", "9"),
    )
    assert [(p.line, p.url) for p in product.pictures] == [(4, "a"), (2, "b"), (3, "d"), (6, "e")]


def test_odd_picture_cells_are_warnings() -> None:
    row = MUG | {"Image Src": "a", "Image Position": "first", "Image Alt Text": "x" * 201}
    assert warnings_of(row) == [
        (2, "Image Position", "this is not a position: the picture stays where the file has it"),
        (2, "Image Alt Text", "cut to 200 characters"),
    ]
    assert product_of(row).pictures == (SourcePicture(2, "a", "x" * 200),)


def test_pictures_beyond_the_limit_are_left_out_and_said_so() -> None:
    rows = [MUG, *({"Handle": "mug", "Image Src": f"{n}"} for n in range(252))]
    assert len(product_of(*rows).pictures) == 250
    assert warnings_of(*rows) == [(253, "Image Src", "a product may have 250 pictures: no more are taken")]


def test_bad_variant_leaves_the_others() -> None:
    bad = {"Handle": "shirt", "Option1 Value": "Medium", "Variant Price": "cheap"}
    product = product_of(SMALL, bad, LARGE)
    assert [variant.values for variant in product.variants] == [("Small",), ("Large",)]
    assert product.is_complete is False
    assert errors_of(SMALL, bad, LARGE) == [(3, "Variant Price", "'cheap' is not an amount like 12.50")]


def test_first_row_whose_variant_is_bad_still_gives_the_product() -> None:
    product = product_of(SMALL | {"Variant Price": "-1"}, LARGE)
    assert product.title == "Shirt"
    assert [variant.line for variant in product.variants] == [3]


def test_bad_product_cell_refuses_every_row() -> None:
    assert errors_of(SMALL | {"Title": "x" * 256, "Published": "perhaps"}, LARGE) == [
        (2, "Published", "'perhaps' is none of true, false"),
        (2, "Title", "256 characters, 255 are allowed"),
        (3, "", "not loaded: see line 2"),
    ]
    assert parse(SMALL | {"Title": "x" * 256}, LARGE).product is None


def test_product_of_which_no_variant_can_be_read() -> None:
    rows = [SMALL | {"Variant Price": ""}, {"Handle": "shirt", "Image Src": "a"}]
    assert parse(*rows).product is None
    assert errors_of(*rows) == [
        (2, "Variant Price", "the variant has no price"),
        (3, "", "not loaded: see line 2"),
    ]


def test_rows_without_a_title_anywhere() -> None:
    assert errors_of(LARGE, LARGE) == [
        (2, "Title", "no row of this handle has a title"),
        (3, "Title", "no row of this handle has a title"),
    ]


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        ({"Option1 Value": "Small"}, "Option1 Value", "line 2 is the same variant"),
        ({"Option1 Value": "SMALL"}, "Option1 Value", "line 2 is the same variant"),
        ({"Option1 Value": "XL", "Variant SKU": "S-1"}, "Variant SKU", "line 2 has the SKU S-1"),
        ({"Option1 Value": "", "Variant SKU": "S-2"}, "Option1 Value", "the variant has no value for this option"),
        ({"Option2 Value": "Red"}, "Option2 Value", "there is a value, but no name in Option2 Name"),
        ({"Variant SKU": "x" * 65}, "Variant SKU", "65 characters, 64 are allowed"),
        ({"Variant Inventory Qty": "many"}, "Variant Inventory Qty", "'many' is not a whole number"),
        (
            {"Variant Inventory Policy": "maybe"},
            "Variant Inventory Policy",
            "'maybe' is none of deny, continue, false, true",
        ),
        ({"Variant Requires Shipping": "no"}, "Variant Requires Shipping", "'no' is none of true, false"),
    ],
)
def test_refused_variant(cells: dict[str, str], column: str, reason: str) -> None:
    assert errors_of(SMALL | {"Variant SKU": "S-1"}, LARGE | cells) == [(3, column, reason)]


def test_two_options_of_one_name_refuse_the_product() -> None:
    row = SMALL | {"Option2 Name": "size", "Option2 Value": "10"}
    assert errors_of(row) == [(2, "Option2 Name", "two options are named 'size'")]


def test_second_title_is_passed_over_and_said_so() -> None:
    assert warnings_of(SMALL, LARGE | {"Title": "Blouse"}) == [
        (3, "Title", "line 2 has the title: this one is passed over")
    ]
    assert warnings_of(SMALL, LARGE | {"Title": "Shirt"}) == []


def test_row_that_says_nothing() -> None:
    assert warnings_of(MUG, {"Handle": "mug"}) == [(3, "", "the row has neither a variant nor a picture")]


def test_formula_like_text_is_text() -> None:
    assert product_of(MUG | {"Title": "=cmd()"}).title == "=cmd()"


def test_currency_without_decimals() -> None:
    assert parse(MUG, currency="JPY").problems == (
        Problem(2, "Variant Price", "12.50 has more decimals than JPY", is_error=True),
    )


@pytest.mark.parametrize(
    ("handle", "values", "sku"),
    [
        ("ocean-blue-shirt", (), "ocean-blue-shirt"),
        ("shirt", ("Small", "Dark Red"), "shirt.small.dark-red"),
        ("tea", ("1.5 l",), "tea.15-l-a9783ae874"),
        ("tea", ("15 l",), "tea.15-l"),
        ("чай", (), "u0447u0430u0438-7ce1859ed1"),
    ],
)
def test_made_sku(handle: str, values: tuple[str, ...], sku: str) -> None:
    assert made_sku(handle, values) == sku


def test_made_sku_of_long_names_is_cut_and_distinct() -> None:
    one, other = made_sku("a" * 70, ("Small",)), made_sku("a" * 70, ("Large",))
    assert len(one) == len(other) == 64
    assert one != other


cells = st.sampled_from(
    [
        "",
        "x",
        "true",
        "-1",
        "1.5",
        "1e9",
        "9" * 30,
        "Default Title",
        "Title",
        "Size",
        "shopify",
        "continue",
        "é" * 300,
        "=A1",
    ]
)


@given(st.lists(st.dictionaries(st.sampled_from(list(HEADINGS)), cells), min_size=1, max_size=5), st.booleans())
def test_any_cells_are_a_product_or_problems(rows: list[dict[str, str]], is_whole: bool) -> None:
    records = [Record(line, {"Handle": "h", **row}, ALL) for line, row in enumerate(rows, start=2)]
    parsed = SHOPIFY.parse(records, "GBP", is_whole)
    refused = {problem.line for problem in parsed.problems if problem.is_error}
    if parsed.product is None:
        assert refused == {record.line for record in records}
    else:
        assert parsed.product.variants
        assert not refused & {variant.line for variant in parsed.product.variants}
