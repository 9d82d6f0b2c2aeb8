"""Import a whole file: read it in bounded memory, write product after product, tell what became of each row."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import psycopg
from django.db import DataError, IntegrityError, OperationalError
from django.utils.translation import gettext as _

from nexus_shop.core.errors import DomainError
from nexus_shop.core.http import FetchFailed

from .errors import FileFacts, FileRefused, PictureRefused, RivalWrites, ValueRefused, VariantsRefused
from .formats.base import Format
from .grouping import Group, Rows, grouped
from .operations import import_product, rehearse_product
from .outcomes import CREATED, UNCHANGED, UPDATED, Outcome
from .pictures import PictureFetcher, wanted_pictures
from .queries import held_pictures
from .records import Record, ignored_headings, read_records
from .values import Problem, SourceProduct

WARNING: Final = "warning"
ERROR: Final = "error"
TRIES: Final = 3
RIVALRY: Final = (
    psycopg.errors.UniqueViolation,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
    psycopg.errors.LockNotAvailable,
)


@dataclass(frozen=True, slots=True)
class RowReport:
    """What became of one row, or one thing to say about it: created, updated, unchanged, warning or error."""

    line: int
    product: str
    sku: str
    result: str
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class ProductReport:
    """The rows of one product, and its own result; None for rows that belong to none."""

    result: str | None
    rows: list[RowReport]


class SourceFile:
    """A file of one format. It is read twice."""

    def __init__(self, path: Path, layout: Format) -> None:
        """Raises FileRefused where there is no such file, or its header is not that of the format."""
        self.layout = layout
        self._path = path
        self._open: BinaryIO | None = None
        if not path.exists():
            raise FileRefused(FileFacts("there is no such file"))
        if not path.is_file():
            raise FileRefused(FileFacts("this is not a file, or one that can be read only once"))
        try:
            self._size = path.stat().st_size
            next(self.rows(), None)
        except OSError as error:
            raise FileRefused(FileFacts(f"it cannot be read: {error.strerror}")) from None

    def rows(self) -> Rows:
        """Its rows from the beginning."""
        with self._path.open("rb") as self._open:
            if self.layout.read is not None:
                yield from self.layout.read(self._open)
            else:
                yield from read_records(self._open, columns=self.layout.columns, required=self.layout.required)

    def ignored_headings(self) -> list[str]:
        """Headings of columns that are not taken over."""
        with self._path.open("rb") as source:
            if self.layout.ignored is not None:
                return self.layout.ignored(source)
            return ignored_headings(source, self.layout.columns)

    @property
    def share_read(self) -> float:
        """How much of it the reading under way has seen, from 0 to 1."""
        if self._open is None or self._open.closed:
            return 1.0
        return self._open.tell() / max(1, self._size)


@dataclass(frozen=True, slots=True)
class Importer:
    """How the products of a file are to be written. `pictures` None: none are fetched."""

    currency: str
    pictures: PictureFetcher | None
    is_rehearsal: bool

    def products(self, file: SourceFile) -> Iterator[ProductReport]:
        """Write the products one after the other, each in a transaction of its own."""
        for group in grouped(file.rows, file.layout.key):
            if isinstance(group, Problem):
                yield ProductReport(None, [_problem_row("", {}, group)])
            elif group.records:
                yield self._product(group, file.layout)

    def _product(self, group: Group, layout: Format) -> ProductReport:
        parsed = layout.parse(group.records, self.currency, group.is_whole)
        problems = list(parsed.problems)
        outcome: Outcome | None = None
        if parsed.product is not None:
            try:
                files = self._fetched(parsed.product, group.records, layout, problems)
                outcome = self._write(parsed.product, files)
                problems += _said_by(outcome, group.records, layout)
            except DomainError as error:
                problems += _refused_by(error, group.records, layout)
        skus = {variant.line: variant.sku for variant in parsed.product.variants} if parsed.product else {}
        rows = [_problem_row(group.key, skus, problem) for problem in problems]
        if outcome is None:
            return ProductReport(ERROR, rows)
        told = {row.line for row in rows}
        for record in group.records:
            result = outcome.results.get(record.line) or (None if record.line in told else UNCHANGED)
            if result:
                rows.append(RowReport(record.line, group.key, skus.get(record.line, ""), result, "", ""))
        return ProductReport(_overall(outcome), sorted(rows, key=lambda row: row.line))

    def _fetched(
        self, product: SourceProduct, records: list[Record], layout: Format, problems: list[Problem]
    ) -> dict[str, str]:
        """Address -> stored file of the pictures that the shop has not yet; what cannot be had is a warning."""
        if self.pictures is None:
            return {}
        wanted = wanted_pictures(product)
        held = held_pictures([picture.code for picture in wanted])
        by_line = {record.line: record for record in records}
        files: dict[str, str] = {}
        failed: set[str] = set()
        for picture in wanted:
            if picture.code in held or picture.url in files or picture.url in failed:
                continue
            try:
                files[picture.url] = self.pictures.fetch(picture.url)
            except (FetchFailed, PictureRefused) as failure:
                failed.add(picture.url)
                column = layout.fields["pictures" if picture.variant is None else "picture_url"]
                reason = f"{picture.url}: {_reason(failure)}"
                problems.append(by_line[picture.line].problem(column, reason, is_error=False))
        return files

    def _write(self, product: SourceProduct, files: dict[str, str]) -> Outcome:
        """Write it; when a rival got in between, again. Raises what the operation raises, RivalWrites, ValueRefused."""
        write = rehearse_product if self.is_rehearsal else import_product
        for _try in range(TRIES):
            try:
                return write(product, currency=self.currency, pictures=files)
            except (IntegrityError, OperationalError) as clash:
                if not isinstance(clash.__cause__, RIVALRY):
                    raise
            except DataError:
                raise ValueRefused from None
        raise RivalWrites


def _overall(outcome: Outcome) -> str:
    """The product's own result: created, or updated where one of its rows changed something."""
    if outcome.is_new:
        return CREATED
    return UPDATED if set(outcome.results.values()) - {UNCHANGED} else UNCHANGED


def _said_by(outcome: Outcome, records: list[Record], layout: Format) -> list[Problem]:
    by_line = {record.line: record for record in records}
    refusals = [
        by_line[refusal.line].problem(layout.fields[refusal.field], _reason(refusal.error))
        for refusal in outcome.refusals
    ]
    return refusals + [
        by_line[remark.line].problem(layout.fields[remark.field], remark.reason, is_error=False)
        for remark in outcome.remarks
    ]


def _refused_by(error: DomainError, records: list[Record], layout: Format) -> list[Problem]:
    """An error for each row of a product that was refused as a whole."""
    if isinstance(error, VariantsRefused):
        problems = _said_by(Outcome(refusals=error.facts.refusals), records, layout)
        told = {problem.line for problem in problems}
        reason = _("not loaded: see line %d") % min(told)
        return problems + [record.problem("", reason) for record in records if record.line not in told]
    return [record.problem("", _reason(error)) for record in records]


def _reason(error: DomainError) -> str:
    facts = ", ".join(str(value) for name, value in error.details().items() if name != "url")
    return f"{error.message} ({facts})" if facts else str(error.message)


def _problem_row(key: str, skus: dict[int, str], problem: Problem) -> RowReport:
    result = ERROR if problem.is_error else WARNING
    return RowReport(problem.line, key, skus.get(problem.line, ""), result, problem.column, problem.reason)
