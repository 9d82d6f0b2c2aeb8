"""`manage.py import_products`, as a merchant runs it."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forked_apps.catalogue.models import Product, ProductImage
from forked_apps.partner.models import StockRecord
from forked_apps.search.models import DocumentNote, ProductDocument
from forked_apps.search.operations import stale_products
from nexus_shop.core.models import OutboxEvent
from nexus_shop.imports.management.commands import import_products
from tests.factories.shop import make_product
from tests.nexus_shop.imports.running import failing, report_of, run

Row = dict[str, str]


@pytest.mark.django_db
def test_import_tells_every_row(write_csv: Any, mug: Row, shirt: list[Row], tmp_path: Path) -> None:
    lines, _ = run(write_csv(mug, *shirt), "--report", str(tmp_path / "report.csv"))
    assert lines == [
        "created   line 2, mug, MUG-1",
        "created   line 3, shirt, SH-S",
        "created   line 4, shirt, SH-L",
        "2 products: 2 created, 0 updated, 0 unchanged, 0 not loaded; 0 warnings, 0 errors",
    ]
    assert report_of(tmp_path / "report.csv") == [
        ["line", "product", "sku", "result", "column", "reason"],
        ["2", "mug", "MUG-1", "created", "", ""],
        ["3", "shirt", "SH-S", "created", "", ""],
        ["4", "shirt", "SH-L", "created", "", ""],
    ]


@pytest.mark.django_db
def test_import_leaves_the_shop_right(write_csv: Any, mug: Row, shirt: list[Row]) -> None:
    run(write_csv(mug, *shirt))
    assert DocumentNote.objects.count() == 0
    assert ProductDocument.objects.count() == 4
    assert stale_products() == []


@pytest.mark.django_db
def test_product_of_many_variants_is_right_when_the_command_ends(write_csv: Any, shirt: list[Row]) -> None:
    run(write_csv(*(shirt[0] | {"Option1 Value": f"{n}", "Variant SKU": f"SH-{n}"} for n in range(40))))
    assert ProductDocument.objects.count() == 41
    assert stale_products() == []


@pytest.mark.django_db
def test_import_again_changes_nothing(write_csv: Any, mug: Row, shirt: list[Row]) -> None:
    path = write_csv(mug, *shirt)
    run(path)
    OutboxEvent.objects.all().delete()
    before = list(Product.objects.order_by("pk").values()), list(StockRecord.objects.order_by("pk").values())
    lines, _ = run(path)
    assert lines[-1] == "2 products: 0 created, 0 updated, 2 unchanged, 0 not loaded; 0 warnings, 0 errors"
    assert before == (list(Product.objects.order_by("pk").values()), list(StockRecord.objects.order_by("pk").values()))
    assert (OutboxEvent.objects.count(), DocumentNote.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_import_of_a_changed_file_tells_what_is_updated(write_csv: Any, mug: Row, shirt: list[Row]) -> None:
    run(write_csv(mug, *shirt))
    OutboxEvent.objects.all().delete()
    lines, _ = run(write_csv(mug | {"Variant Price": "13.00"}, *shirt))
    assert lines == [
        "updated   line 2, mug, MUG-1",
        "unchanged line 3, shirt, SH-S",
        "unchanged line 4, shirt, SH-L",
        "2 products: 0 created, 1 updated, 1 unchanged, 0 not loaded; 0 warnings, 0 errors",
    ]
    assert [event.name for event in OutboxEvent.objects.all()] == ["PriceChanged"]


@pytest.mark.django_db
def test_bad_row_is_told_and_loses_nothing_else(write_csv: Any, mug: Row, shirt: list[Row], tmp_path: Path) -> None:
    medium = shirt[1] | {"Option1 Value": "Medium", "Variant SKU": "SH-M", "Variant Price": "-1"}
    path = write_csv(mug | {"Title": "", "Handle": "jug"}, *shirt, medium, mug)
    lines, error = failing(path, "--report", str(tmp_path / "report.csv"))
    assert lines == [
        "error     line 2, jug, Title: no row of this handle has a title",
        "created   line 3, shirt, SH-S",
        "created   line 4, shirt, SH-L",
        "error     line 5, shirt, Variant Price: -1 is negative",
        "created   line 6, mug, MUG-1",
        "3 products: 2 created, 0 updated, 0 unchanged, 1 not loaded; 0 warnings, 2 errors",
    ]
    assert error == "2 rows were not loaded"
    assert report_of(tmp_path / "report.csv")[1] == [
        *("2", "jug", "", "error", "Title", "no row of this handle has a title")
    ]
    assert sorted(Product.objects.exclude(upc=None).values_list("upc", flat=True)) == ["MUG-1", "SH-L", "SH-S"]


@pytest.mark.django_db
def test_rows_that_are_no_csv_are_told(write_csv: Any, mug: Row, tmp_path: Path) -> None:
    path = write_csv(mug)
    path.write_bytes(path.read_bytes() + b"shirt,Shirt\n\xff\xfe\n")
    lines, _ = failing(path)
    assert lines == [
        "error     line 3: the row has 2 cells, the header has 29",
        "error     line 4: the line is not UTF-8 text: export the file again as UTF-8",
        "created   line 2, mug, MUG-1",
        "1 products: 1 created, 0 updated, 0 unchanged, 0 not loaded; 0 warnings, 2 errors",
    ]


@pytest.mark.django_db
def test_sku_of_another_product_is_told_with_its_column(write_csv: Any, mug: Row, shirt: list[Row]) -> None:
    make_product(sku="MUG-1")
    make_product(sku="SH-L")
    lines, _ = failing(write_csv(mug, {"Handle": "mug", "Image Src": "x"}, *shirt), "--no-images")
    assert lines == [
        "error     line 2, mug, MUG-1, Variant SKU: Another product has this SKU.",
        "error     line 3, mug: not loaded: see line 2",
        "created   line 4, shirt, SH-S",
        "error     line 5, shirt, SH-L, Variant SKU: Another product has this SKU.",
        "2 products: 1 created, 0 updated, 0 unchanged, 1 not loaded; 0 warnings, 3 errors",
    ]


@pytest.mark.django_db
def test_rule_that_stands_against_a_product_is_told_for_its_rows(write_csv: Any, mug: Row, shirt: list[Row]) -> None:
    run(write_csv(mug))
    lines, _ = failing(write_csv(*(row | {"Handle": "mug"} for row in shirt)))
    reason = "The shop has this product with another structure (stand-alone, or with variants)."
    assert lines[:2] == [f"error     line 2, mug, SH-S: {reason}", f"error     line 3, mug, SH-L: {reason}"]


@pytest.mark.django_db
def test_facts_of_a_rule_are_told(write_csv: Any, mug: Row) -> None:
    run(write_csv(mug))
    lines, _ = failing(write_csv(mug), "--currency", "USD")
    assert lines[0] == (
        "error     line 2, mug, MUG-1, Variant Price: The shop holds this price in another currency. (GBP)"
    )


@pytest.mark.django_db
def test_missing_variant_is_a_warning(write_csv: Any, shirt: list[Row]) -> None:
    run(write_csv(*shirt))
    lines, _ = run(write_csv(shirt[0]))
    assert lines == [
        "warning   line 2, shirt, SH-S, Variant SKU: variant SH-L is not in the file: it stays",
        "unchanged line 2, shirt, SH-S",
        "1 products: 0 created, 0 updated, 1 unchanged, 0 not loaded; 1 warnings, 0 errors",
    ]


@pytest.mark.django_db
def test_rows_of_a_product_may_come_again_later(write_csv: Any, mug: Row, shirt: list[Row]) -> None:
    lines, _ = run(write_csv(shirt[0], mug, shirt[1]))
    assert lines == [
        "created   line 3, mug, MUG-1",
        "created   line 2, shirt, SH-S",
        "created   line 4, shirt, SH-L",
        "2 products: 2 created, 0 updated, 0 unchanged, 0 not loaded; 0 warnings, 0 errors",
    ]


@pytest.mark.django_db
def test_export_with_the_headings_since_2025(tmp_path: Path) -> None:
    path = tmp_path / "products.csv"
    path.write_text(
        "Title,URL handle,Type,Option1 name,Option1 value,SKU,Price,Compare-at price,Inventory tracker,"
        "Inventory quantity,Continue selling when out of stock,Charge tax\n"
        "Shirt,shirt,Clothes,Size,Small,SH-S,20,25,shopify,3,DENY,TRUE\n"
        ",shirt,,,Large,SH-L,oops,,shopify,4,DENY,TRUE\n"
    )
    lines, _ = failing(path)
    assert lines[:2] == [
        "created   line 2, shirt, SH-S",
        "error     line 3, shirt, Price: 'oops' is not an amount like 12.50",
    ]
    record = StockRecord.objects.get(partner_sku="SH-S")
    assert (str(record.price), str(record.list_price), record.num_in_stock) == ("20.00", "25.00", 3)


@pytest.mark.django_db
def test_dry_run_tells_the_same_and_keeps_nothing(
    write_csv: Any, mug: Row, shirt: list[Row], picture_server: Any
) -> None:
    picture_server.bodies["/dry.png"] = picture_server.bodies["/a.png"] + b" "
    path = write_csv(mug | {"Image Src": picture_server.url("/dry.png")}, *shirt)
    lines, _ = run(path, "--dry-run")
    assert lines[:3] == [
        "created   line 2, mug, MUG-1",
        "created   line 3, shirt, SH-S",
        "created   line 4, shirt, SH-L",
    ]
    assert (Product.objects.count(), ProductDocument.objects.count(), DocumentNote.objects.count()) == (0, 0, 0)
    assert picture_server.hits == ["/dry.png"]
    names = default_storage.listdir("images/imported")[1] if default_storage.exists("images/imported") else []
    run(path)
    assert len(default_storage.listdir("images/imported")[1]) == len(names) + 1


@pytest.mark.django_db
def test_pictures_are_fetched_once_and_broken_ones_are_warnings(write_csv: Any, mug: Row, picture_server: Any) -> None:
    path = write_csv(
        mug | {"Image Src": picture_server.url("/a.png"), "Image Alt Text": "A mug"},
        {"Handle": "mug", "Image Src": picture_server.url("/text.png"), "Image Position": "2"},
        {"Handle": "mug", "Image Src": picture_server.url("/none.png"), "Image Position": "3"},
        {"Handle": "mug", "Image Src": picture_server.url("/b.png"), "Image Position": "4"},
    )
    lines, _ = run(path)
    broken, none = picture_server.url("/text.png"), picture_server.url("/none.png")
    reason = "This is not a picture that the shop can keep. (it is not a picture)"
    assert lines == [
        "created   line 2, mug, MUG-1",
        f"warning   line 3, mug, Image Src: {broken}: {reason}",
        f"warning   line 4, mug, Image Src: {none}: This address could not be fetched. (status)",
        "created   line 5, mug",
        "1 products: 1 created, 0 updated, 0 unchanged, 0 not loaded; 2 warnings, 0 errors",
    ]
    images = ProductImage.objects.order_by("display_order")
    assert [(image.caption, image.display_order) for image in images] == [("A mug", 0), ("", 3)]
    picture_server.hits.clear()
    assert run(path)[0][0] == "unchanged line 2, mug, MUG-1"
    assert picture_server.hits == ["/text.png", "/none.png"]


@pytest.mark.django_db
def test_no_images_fetches_nothing(write_csv: Any, mug: Row, picture_server: Any) -> None:
    lines, _ = run(write_csv(mug, {"Handle": "mug", "Image Src": picture_server.url("/a.png")}), "--no-images")
    assert lines[:2] == ["created   line 2, mug, MUG-1", "unchanged line 3, mug"]
    assert picture_server.hits == []
    assert ProductImage.objects.count() == 0


@pytest.mark.django_db
def test_prices_in_a_currency_that_the_shop_does_not_sell_in_are_announced(write_csv: Any, mug: Row) -> None:
    _, errors = run(write_csv(mug), "--currency", "USD")
    assert "the prices are kept in USD, the shop sells in GBP" in errors
    assert StockRecord.objects.get(partner_sku="MUG-1").price_currency == "USD"


@pytest.mark.django_db
def test_columns_that_are_not_taken_over_are_announced(write_csv: Any, mug: Row, tmp_path: Path) -> None:
    path = tmp_path / "products.csv"
    path.write_text("Handle,Title,Variant Price,Variant Grams\nmug,Mug,1,5\n")
    assert "Columns that are not taken over: Variant Grams" in run(path)[1]


@pytest.mark.django_db
def test_quiet_import_tells_errors_and_the_summary(write_csv: Any, mug: Row) -> None:
    lines, _ = run(write_csv(mug), verbosity=0)
    assert lines == ["1 products: 1 created, 0 updated, 0 unchanged, 0 not loaded; 0 warnings, 0 errors"]


@pytest.mark.django_db
def test_progress_is_told_on_standard_error(
    write_csv: Any, mug: Row, shirt: list[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_products, "PROGRESS_SECONDS", 0.0)
    _, errors = run(write_csv(mug, *shirt))
    assert errors.splitlines()[:3] == [
        "1 products, 91%",
        "2 products, 100%",
        "finishing the catalogue's pages …",
    ]


@pytest.mark.django_db
def test_cells_cannot_steer_the_terminal(write_csv: Any, mug: Row) -> None:
    lines, _ = run(write_csv(mug | {"Handle": "m\x1b[31m\nug"}))
    assert lines[0] == "created   line 2, m\ufffd[31m\ufffdug, MUG-1"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        (
            "ALTER TABLE catalogue_brand ALTER COLUMN name TYPE varchar(3)",
            "A value of this product does not fit the shop's tables.",
        ),
        (
            "CREATE UNIQUE INDEX ON catalogue_product (structure) WHERE structure = 'standalone'",
            "Somebody else was writing the same: import the file again.",
        ),
    ],
)
def test_product_that_the_database_refuses_is_told(
    write_csv: Any, mug: Row, shirt: list[Row], statement: str, reason: str
) -> None:
    make_product()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement)
    lines, _ = failing(write_csv(mug, *shirt))
    assert lines == [
        f"error     line 2, mug, MUG-1: {reason}",
        "created   line 3, shirt, SH-S",
        "created   line 4, shirt, SH-L",
        "2 products: 1 created, 0 updated, 0 unchanged, 1 not loaded; 0 warnings, 1 errors",
    ]


@pytest.mark.django_db
def test_report_is_safe_in_a_spreadsheet(write_csv: Any, mug: Row, tmp_path: Path) -> None:
    failing(write_csv(mug | {"Handle": "=cmd()", "Variant Price": "-1"}), "--report", str(tmp_path / "report.csv"))
    assert report_of(tmp_path / "report.csv")[1] == ["2", "'=cmd()", "", "error", "Variant Price", "'-1 is negative"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "error"),
    [
        (["--currency", "XYZ"], "--currency: 'XYZ' is not an ISO 4217 currency"),
        (["--currency", "KWD"], "--currency: the shop stores two decimals, KWD has 3"),
        (["--report", "/nowhere/report.csv"], "--report: /nowhere/report.csv: No such file or directory"),
    ],
)
def test_options_refused(write_csv: Any, mug: Row, options: list[str], error: str) -> None:
    assert failing(write_csv(mug), *options) == ([], error)
    assert Product.objects.count() == 0


@pytest.mark.django_db
def test_report_over_the_file_itself_is_refused(write_csv: Any, mug: Row) -> None:
    path = write_csv(mug)
    before = path.read_bytes()
    assert failing(path, "--report", str(path)) == ([], f"--report: {path} is the file to be imported")
    assert path.read_bytes() == before


@pytest.mark.django_db
def test_file_refused(tmp_path: Path) -> None:
    assert failing(tmp_path / "none.csv") == ([], f"{tmp_path / 'none.csv'}: there is no such file")
    assert failing(tmp_path) == ([], f"{tmp_path}: this is not a file, or one that can be read only once")
    path = tmp_path / "products.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n")
    assert failing(path) == ([], f"{path}: the header is not UTF-8 text: export the file again as UTF-8")
    path.write_text("Name;Price\n")
    assert failing(path)[1] == (f"{path}: the header has no column Handle, Title, Variant Price; it has: Name;Price")
    path.write_text("")
    assert failing(path)[1] == f"{path}: the file is empty"


def test_format_must_be_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="one of the arguments --format --mapping is required"):
        call_command("import_products", str(tmp_path))


words = st.one_of(
    st.sampled_from(
        [
            "",
            "mug",
            "shirt",
            "Size",
            "Title",
            "Default Title",
            "true",
            "false",
            "1",
            "12.50",
            "-1",
            "1e9",
            "9" * 25,
            "=A1()",
        ]
    ),
    st.text(max_size=12),
    st.sampled_from(["é" * 70, "x" * 256, "a\nb", 'a"b', "a,b", "\0", "\ufeff", "\u202e", "🧦", "\x1b[31m"]),
)
columns = ["Handle", "Title", "Type", "Vendor", "Tags", "Published", "Option1 Name", "Option1 Value", "Option2 Name"]
columns += ["Option2 Value", "Variant SKU", "Variant Price", "Variant Inventory Tracker", "Variant Inventory Qty"]
columns += ["Variant Compare At Price", "Image Src", "Image Position", "Variant Barcode", "SEO Title", "Gift Card"]


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.dictionaries(st.sampled_from(columns), words, min_size=4), max_size=6), tail=st.binary(max_size=40)
)
def test_any_file_with_the_header_ends_in_rows_told(write_csv: Any, rows: list[Row], tail: bytes) -> None:
    sane = {"Handle": "mug", "Title": "Mug", "Variant Price": "1"}
    path = write_csv(*(sane | row for row in rows), headings=tuple(columns))
    path.write_bytes(path.read_bytes() + tail)
    out = StringIO()
    try:
        call_command("import_products", str(path), "--no-images", format="shopify", stdout=out, stderr=StringIO())
    except CommandError:
        assert "\nerror " in f"\n{out.getvalue()}"
    assert "products:" in out.getvalue().splitlines()[-1]
