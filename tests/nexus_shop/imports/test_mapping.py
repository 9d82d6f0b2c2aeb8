"""A JSON list of products by a mapping file: entries in the shape of Best Buy's, and categories without products."""

import gzip
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from forked_apps.catalogue.models import Category, Product
from forked_apps.partner.models import PriceChange, StockRecord
from forked_apps.search.operations import stale_products
from forked_apps.search.queries import cards
from nexus_shop.imports.categories import import_categories
from nexus_shop.imports.errors import FileRefused
from nexus_shop.imports.mapping import SEPARATOR, category_paths, load_mapping
from tests.factories.shop import make_category
from tests.nexus_shop.imports.sources import digest

ROOT = Path(__file__).resolve().parents[3]
MAPPING = ROOT / "nexus_shop" / "imports" / "mappings" / "bestbuy.toml"

PHONE: dict[str, Any] = {
    "name": "Alder - Tribute Phone with 16GB - White",
    "description": "Clear images.\nRuns <b>your</b> apps & more.",
    "brand": "Alder",
    "categories": ["Cell Phones", "Prepaid Phones", "All Prepaid Phones"],
    "price": 79.99,
    "image": "https://pictures.example/one-0118/5428602_sb.jpg",
    "popularity": 21429,
}
CABLE = PHONE | {
    "name": "Birch - Cable",
    "brand": "Birch",
    "categories": ["Cell Phones", "Accessories"],
    "price": 5,
    "image": "https://pictures.example/one-0118/8737187_220x260_sb.jpg",
}
CARD = PHONE | {"name": "Gift card", "price": 25.5, "image": "https://pictures.example/1_rb.jpg", "categories": []}
TREE: list[dict[str, Any]] = [
    {"id": "c1", "name": "Cell Phones", "path": [{"id": "c1", "name": "Cell Phones"}], "subCategories": []},
    {
        "id": "c2",
        "name": "Prepaid Phones",
        "path": [{"id": "c1", "name": "Cell Phones"}, {"id": "c2", "name": "Prepaid Phones"}],
        "subCategories": [],
    },
    {"id": "c3", "name": "Games", "path": [{"id": "c0", "name": "Play"}, {"id": "c3", "name": "Games"}]},
    {"id": "c4", "name": None, "path": [{"id": "c4", "name": None}]},
]

pytestmark = pytest.mark.django_db


def run(folder: Path, entries: Any, *options: str) -> list[str]:
    """The lines of standard output, the last without its time."""
    file, out = folder / "products.json", StringIO()
    file.write_text(entries if isinstance(entries, str) else json.dumps(entries))
    call_command("import_products", str(file), "--no-images", *options, mapping=MAPPING, stdout=out, stderr=StringIO())
    return [line.split(" in rows;")[0] for line in out.getvalue().splitlines()]


def tree() -> list[tuple[str, int]]:
    """(name, depth) in the order of the tree."""
    return list(Category.objects.order_by("path").values_list("name", "depth"))


def test_entries_become_products_in_their_categories(tmp_path: Path) -> None:
    told = run(tmp_path, [PHONE, CABLE, CARD])
    assert told == [
        "created   line 1, 5428602, BB-5428602",
        "created   line 2, 8737187, BB-8737187",
        "created   line 3, 1, BB-1",
        "3 products: 3 created, 0 updated, 0 unchanged, 0 not loaded; 0 warnings, 0 errors",
    ]
    phone = Product.objects.get(upc="BB-5428602")
    assert (phone.code, phone.title, phone.brand.name) == ("bestbuy:5428602", PHONE["name"], "Alder")
    assert phone.description == "<p>Clear images.</p><p>Runs &lt;b&gt;your&lt;/b&gt; apps &amp; more.</p>"
    assert sorted(tree()) == [
        ("Accessories", 2),
        ("All Prepaid Phones", 3),
        ("Cell Phones", 1),
        ("Prepaid Phones", 2),
    ]
    assert [category.name for category in phone.categories.all()] == ["All Prepaid Phones"]
    card = cards([phone.pk], language="en")[phone.pk]
    assert card["price"]["gross"] == "79.99"
    assert card["availability"]["code"] == "available"
    assert card["categories"][0]["path"] == "cell-phones/prepaid-phones/all-prepaid-phones"
    assert Product.objects.get(upc="BB-1").categories.count() == 0
    assert stale_products() == []


def test_entities_of_a_text_are_the_signs_that_they_mean(tmp_path: Path) -> None:
    text = {"name": "Fern&#174; &#402;/1.8 &amp; case", "description": "Fern&#174; &#8482;\n5 &lt; 6 &amp;amp;"}
    run(tmp_path, [PHONE | text])
    lens = Product.objects.get(upc="BB-5428602")
    assert lens.title == "Fern® ƒ/1.8 & case"
    assert lens.description == "<p>Fern® ™</p><p>5 &lt; 6 &amp;amp;</p>"


def test_again_changes_nothing_and_another_price_is_in_the_ledger(tmp_path: Path) -> None:
    run(tmp_path, [PHONE, CABLE])
    before = digest()
    assert run(tmp_path, [PHONE, CABLE])[-1].startswith("2 products: 0 created, 0 updated, 2 unchanged")
    assert digest() == before
    run(tmp_path, [PHONE | {"price": 69.99}, CABLE])
    record = StockRecord.objects.get(product__upc="BB-5428602")
    change = PriceChange.objects.filter(stock_record=record).latest("pk")
    assert [str(each) for each in (change.old_price, change.new_price, change.reason)] == ["79.99", "69.99", "import"]
    assert PriceChange.objects.filter(reason="import").count() == 3


def test_a_product_moves_with_its_path_and_keeps_what_staff_gave_it(tmp_path: Path) -> None:
    run(tmp_path, [PHONE])
    phone = Product.objects.get(upc="BB-5428602")
    phone.categories.add(make_category("Staff picks"))
    Category.objects.filter(name="Prepaid Phones").update(name="Pay as you go")  # renamed: found all the same
    run(tmp_path, [PHONE | {"categories": ["Cell Phones", "Prepaid Phones"]}])
    assert sorted(category.name for category in phone.categories.all()) == ["Pay as you go", "Staff picks"]


def test_categories_come_with_those_above_them_and_once(tmp_path: Path) -> None:
    file = tmp_path / "categories.json.gz"
    file.write_bytes(gzip.compress(json.dumps(TREE).encode()))
    told = run(tmp_path, [PHONE], "--categories", str(file))
    assert told[0] == "4 categories: 4 created, 0 unchanged."
    assert sorted(tree()) == [
        ("All Prepaid Phones", 3),
        ("Cell Phones", 1),
        ("Games", 2),
        ("Play", 1),
        ("Prepaid Phones", 2),
    ]
    assert run(tmp_path, [PHONE], "--categories", str(file))[0] == "4 categories: 0 created, 4 unchanged."
    assert not Category.find_problems()[0]


def test_a_category_that_staff_have_made_is_taken_over() -> None:
    mine = make_category("Cell Phones")
    assert import_categories([("Cell Phones",), ("Cell Phones", "Cases")]) == 1
    assert [child.name for child in Category.objects.get(pk=mine.pk).get_children()] == ["Cases"]


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ([], "this is not an object"),
        (PHONE | {"price": "much"}, "Variant Price: 'much' is not an amount like 12.50"),
        (PHONE | {"price": 1.999}, "Variant Price: 1.999 has more decimals than GBP"),
        (PHONE | {"name": "x" * 256}, "Title: 256 characters, 255 are allowed"),
        (PHONE | {"name": "a\0b"}, "Title: the text holds a NUL character"),
        (PHONE | {"image": None}, "Handle: the cell is empty: it says which product the row belongs to"),
    ],
)
def test_a_bad_entry_is_told_and_the_others_are_loaded(tmp_path: Path, entry: Any, reason: str) -> None:
    out = StringIO()
    file = tmp_path / "products.json"
    file.write_text(json.dumps([entry, CABLE]))
    with pytest.raises(CommandError, match="1 rows were not loaded"):
        call_command("import_products", str(file), "--no-images", mapping=MAPPING, stdout=out, stderr=StringIO())
    assert reason in out.getvalue()
    assert list(Product.objects.values_list("upc", flat=True)) == ["BB-8737187"]


@pytest.mark.parametrize("content", ["", "{}", "[1", "null", "[" * 100_000])
def test_what_is_no_list_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(CommandError):
        run(tmp_path, content)
    assert Product.objects.count() == 0


@pytest.mark.parametrize(
    "content",
    [
        "",
        "name = 'x'",
        "name = 'x'\n[columns]\nHandle = { field = 'id' }",
        "name = 'x'\n[columns]\nHandle = { field = 'id' }\nTitle = { field = 't' }\nPrice = { field = 'p' }",
        "name = 'x'\n[columns]\nHandle = { field = 'id', pattern = '(' }",
        "name = 1\n[columns]",
        "no toml",
    ],
)
def test_a_mapping_that_says_too_little_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "mapping.toml"
    file.write_text(content)
    with pytest.raises(FileRefused):
        load_mapping(file).layout()
    with pytest.raises(FileRefused):
        load_mapping(tmp_path / "nothing.toml")


def test_paths_and_cells_of_the_real_mapping(tmp_path: Path) -> None:
    mapping = load_mapping(MAPPING)
    assert mapping.columns["Category"].cell(PHONE) == SEPARATOR.join(PHONE["categories"])
    assert mapping.columns["Handle"].cell(PHONE | {"image": "nothing"}) == ""
    file = tmp_path / "categories.json"
    file.write_text(json.dumps([*TREE, "junk", {"path": "junk"}, {"path": [1]}]))
    with file.open("rb") as source:
        assert category_paths(source) == [
            ("Cell Phones",),
            ("Cell Phones", "Prepaid Phones"),
            ("Play",),
            ("Play", "Games"),
        ]


def test_best_buys_whole_list_can_be_read(shared_data: Path) -> None:
    layout = load_mapping(MAPPING).layout()
    assert layout.read is not None
    with (shared_data / "bestbuy" / "products.json").open("rb") as source:
        records: list[Any] = list(layout.read(source))
    parsed = [layout.parse([record], "USD", True) for record in records]
    assert (len(parsed), sum(each.product is None for each in parsed)) == (3291, 0)
    assert len({each.product.code for each in parsed if each.product}) == 3291
    with (shared_data / "bestbuy" / "categories.json.gz").open("rb") as source:
        assert len(category_paths(source)) > 4500
