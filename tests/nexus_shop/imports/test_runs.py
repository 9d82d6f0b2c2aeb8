"""Whole files: how far they are read, and what their products come to."""

from pathlib import Path
from typing import Any

import pytest

from forked_apps.catalogue.models import Product
from nexus_shop.imports import grouping
from nexus_shop.imports.errors import FileRefused
from nexus_shop.imports.formats.shopify import SHOPIFY
from nexus_shop.imports.runs import Importer, ProductReport, RowReport, SourceFile


def test_file_says_how_much_of_it_is_read(write_csv: Any, mug: dict[str, str]) -> None:
    file = SourceFile(write_csv(*([mug] * 5_000)), SHOPIFY)
    shares = []
    for number, _ in enumerate(file.rows()):
        if number % 1_000 == 0:
            shares.append(round(file.share_read, 1))
    assert shares == sorted(shares)
    assert shares[0] < 0.5 < shares[-1] <= 1.0
    assert file.share_read == 1.0


def test_file_that_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused):
        SourceFile(tmp_path / "none.csv", SHOPIFY)


@pytest.mark.django_db
def test_product_whose_first_row_is_too_large_is_left_out(
    write_csv: Any, mug: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouping, "MAX_CHARACTERS", 50)
    file = SourceFile(write_csv(mug), SHOPIFY)
    reason = "a product may have 2500 rows and 50 characters"
    assert list(Importer("GBP", None, is_rehearsal=False).products(file)) == [
        ProductReport(None, [RowReport(2, "", "", "error", "", reason)])
    ]
    assert Product.objects.count() == 0


@pytest.mark.django_db
def test_product_that_is_cut_tells_no_missing_variants(
    write_csv: Any, shirt: list[dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    importer = Importer("GBP", None, is_rehearsal=False)
    file = SourceFile(write_csv(*shirt), SHOPIFY)
    assert [report.result for report in importer.products(file)] == ["created"]
    monkeypatch.setattr(grouping, "MAX_ROWS", 1)
    reason = "a product may have 1 rows and 8000000 characters"
    assert list(importer.products(file)) == [
        ProductReport(None, [RowReport(3, "", "", "error", "", reason)]),
        ProductReport("unchanged", [RowReport(2, "shirt", "SH-S", "unchanged", "", "")]),
    ]
