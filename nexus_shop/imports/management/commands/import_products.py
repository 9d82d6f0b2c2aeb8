"""`manage.py import_products --format shopify FILE`, or `--mapping MAPPING FILE`: see docs/howto/import-products.md."""

import csv
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from forked_apps.search.operations import rebuild_noted
from nexus_shop.core.money import digits
from nexus_shop.imports.categories import BATCH, import_categories
from nexus_shop.imports.errors import FileRefused
from nexus_shop.imports.formats.registry import FORMATS
from nexus_shop.imports.mapping import category_paths, load_mapping
from nexus_shop.imports.outcomes import CREATED, UNCHANGED, UPDATED
from nexus_shop.imports.pictures import PictureFetcher
from nexus_shop.imports.runs import ERROR, WARNING, Importer, ProductReport, RowReport, SourceFile

PROGRESS_SECONDS: Final = 2.0
REPORT_COLUMNS: Final = ("line", "product", "sku", "result", "column", "reason")
FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r")


class Command(BaseCommand):
    """Load the product export of another shop. Importing the same file again changes nothing."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """The file and how to read it."""
        parser.add_argument("file", type=Path)
        layout = parser.add_mutually_exclusive_group(required=True)
        layout.add_argument("--format", choices=sorted(FORMATS), help="what the file was exported by")
        layout.add_argument(
            "--mapping", type=Path, metavar="TOML", help="which fields are what, of a file that is a JSON list"
        )
        parser.add_argument(
            "--categories", type=Path, metavar="JSON", help="make these categories first, also those without products"
        )
        parser.add_argument(
            "--currency",
            default=settings.OSCAR_DEFAULT_CURRENCY,
            help="of the prices in the file (default: %(default)s)",
        )
        parser.add_argument("--no-images", action="store_true", help="fetch no pictures")
        parser.add_argument("--dry-run", action="store_true", help="do everything but keep it")
        parser.add_argument("--report", type=Path, metavar="FILE", help="write what became of each row to a CSV file")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, tell every row, and fail at the end if one was refused."""
        currency = _currency(options["currency"])
        try:
            mapping = options.get("mapping")
            layout = load_mapping(mapping).layout() if mapping else FORMATS[options["format"]]
            file = SourceFile(options["file"], layout)
            paths = _category_paths(options.get("categories"))
        except FileRefused as error:
            raise CommandError(f"{options['file']}: {error.facts.reason}") from None
        pictures = None if options["no_images"] else PictureFetcher(is_kept=not options["dry_run"])
        importer = Importer(currency, pictures, options["dry_run"])
        self._rows: Counter[str] = Counter()
        self._products: Counter[str] = Counter()
        self._is_quiet = options["verbosity"] == 0
        self._announce(file, currency)
        begin = time.monotonic()
        if paths and not options["dry_run"]:
            self._make_categories(paths)
        try:
            with _report_file(options["report"], options["file"]) as write:
                for report in self._with_progress(importer.products(file), file):
                    self._tell(report, write)
            if not options["dry_run"]:
                self._finish_documents()
        except KeyboardInterrupt:
            raise CommandError(f"stopped by hand; {self._summary(begin)}. Import again to go on.") from None
        self.stdout.write(self._summary(begin) + (" Nothing was kept: --dry-run." if options["dry_run"] else ""))
        if self._rows[ERROR]:
            raise CommandError(f"{self._rows[ERROR]} rows were not loaded")

    def _announce(self, file: SourceFile, currency: str) -> None:
        if ignored := file.ignored_headings():
            self.stderr.write(f"Columns that are not taken over: {', '.join(ignored)}")
        if currency != settings.OSCAR_DEFAULT_CURRENCY:
            self.stderr.write(
                f"Warning: the prices are kept in {currency}, the shop sells in {settings.OSCAR_DEFAULT_CURRENCY}:"
                " until that changes these products have no price and cannot be bought."
            )

    def _make_categories(self, paths: list[tuple[str, ...]]) -> None:
        made = sum(import_categories(paths[start : start + BATCH]) for start in range(0, len(paths), BATCH))
        self.stdout.write(f"{len(paths)} categories: {made} created, {len(paths) - made} unchanged.")

    def _with_progress(self, reports: Iterator[ProductReport], file: SourceFile) -> Iterator[ProductReport]:
        told = time.monotonic()
        for report in reports:
            yield report
            if time.monotonic() - told >= PROGRESS_SECONDS:
                told = time.monotonic()
                self.stderr.write(f"{sum(self._products.values())} products, {file.share_read:.0%}")

    def _tell(self, report: ProductReport, write: Any) -> None:
        if report.result is not None:
            self._products[report.result] += 1
        for row in report.rows:
            self._rows[row.result] += 1
            write(row)
            if not self._is_quiet or row.result == ERROR:
                self.stdout.write(_as_text(row))

    def _finish_documents(self) -> None:
        """Wait for the read side, so that the shop shows everything when the command ends."""
        told = time.monotonic()
        while rebuild_noted():
            if time.monotonic() - told >= PROGRESS_SECONDS:
                told = time.monotonic()
                self.stderr.write("finishing the catalogue's pages …")

    def _summary(self, begin: float) -> str:
        products = self._products
        return (
            f"{sum(products.values())} products: {products[CREATED]} created, {products[UPDATED]} updated,"
            f" {products[UNCHANGED]} unchanged, {products[ERROR]} not loaded;"
            f" {self._rows[WARNING]} warnings, {self._rows[ERROR]} errors in rows; {time.monotonic() - begin:.1f} s."
        )


def _category_paths(path: Path | None) -> list[tuple[str, ...]]:
    if path is None:
        return []
    try:
        with path.open("rb") as source:
            return category_paths(source)
    except OSError as error:
        raise CommandError(f"--categories: {path}: {error.strerror}") from None
    except FileRefused as error:
        raise CommandError(f"--categories: {path}: {error.facts.reason}") from None


def _currency(code: str) -> str:
    try:
        if digits(code) <= 2:
            return code
    except ValueError as error:
        raise CommandError(f"--currency: {error}") from None
    raise CommandError(f"--currency: the shop stores two decimals, {code} has {digits(code)}")


def _as_text(row: RowReport) -> str:
    """One line; what the file holds cannot steer the terminal."""
    where = ", ".join(part for part in (f"line {row.line}", row.product, row.sku, row.column) if part)
    text = f"{row.result:9} {where}" + (f": {row.reason}" if row.reason else "")
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)


@contextmanager
def _report_file(path: Path | None, source: Path) -> Iterator[Any]:
    """A function that takes a RowReport. Cells that a spreadsheet would run as formulas get an apostrophe."""
    if path is None:
        yield lambda row: None
        return
    if path.exists() and path.samefile(source):
        raise CommandError(f"--report: {path} is the file to be imported")
    with ExitStack() as stack:
        try:
            opened = stack.enter_context(path.open("w", encoding="utf-8", newline=""))
        except OSError as error:
            raise CommandError(f"--report: {path}: {error.strerror}") from None
        writer = csv.writer(opened)
        writer.writerow(REPORT_COLUMNS)

        def write(row: RowReport) -> None:
            cells = (str(getattr(row, name)) for name in REPORT_COLUMNS)
            writer.writerow([f"'{cell}" if cell.startswith(FORMULA_SIGNS) else cell for cell in cells])

        yield write
