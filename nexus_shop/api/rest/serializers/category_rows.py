"""Many categories at once: each row is read by itself, so that a malformed one stands against no other."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from forked_apps.catalogue.category_rows import MAX_ROWS, CategoryRow
from forked_apps.catalogue.errors import ParentRefused
from nexus_shop.api.rest.errors import validation_problem

from .admin_catalogue import CategoryTexts, OutcomeShape
from .fields import StrictSerializer
from .texts import Words

Result = dict[str, Any]
REFUSED: Final = {"status": "refused", "id": None, "facts": None}
PARENT_REFUSED: Final = {**REFUSED, "code": ParentRefused.code, "pointer": None}


class CategoryData(CategoryTexts):
    """A category by its code. What is left out stays, or is empty in a new one, whose name is then the code."""

    ignored = frozenset({"id", "path"})

    code = Words(max_length=255)


class CategoryRowInput(StrictSerializer):
    """A category, and what is to stand below it."""

    data = CategoryData()  # type: ignore[assignment]  # fields leave the class when it is made
    children = serializers.ListField(required=False)


class CategoryRows(StrictSerializer):
    """Categories as they are to stand, at most 1,000 on all levels."""

    categories = serializers.ListField(
        child=serializers.DictField(),
        min_length=1,
        max_length=MAX_ROWS,
        help_text=(
            "Rows of `data` (`code`, `name`, `slug`, `description`, `meta_title`, `meta_description`, `is_public`,"
            " `image`) and `children`, which are such rows. What is left out stays, or is empty in a new category,"
            " whose name is then its code."
        ),
    )

    def validate_categories(self, rows: list[Any]) -> list[Any]:
        """The rows as they came, which are not too many."""
        if sum(1 for _row in _all(rows)) > MAX_ROWS:
            raise ValidationError(_("There are more than %d rows.") % MAX_ROWS)
        return rows


class CategoryOutcome(OutcomeShape):
    """What became of a category."""

    row = serializers.CharField(help_text="Where it stands in `categories`, as a JSON pointer.")
    category = serializers.CharField(allow_null=True, help_text="Its code.")


class CategoryOutcomes(serializers.Serializer[Any]):
    """A result for each row, depth first."""

    results = CategoryOutcome(many=True)


class CategoryReader:
    """Reads rows; `results` has one for each by its place, depth first, whole for those that were refused."""

    def __init__(self, path: str) -> None:
        self.results: dict[str, Result] = {}
        self._path = path
        self._form = CategoryRowInput()
        self._codes: set[str] = set()

    def read(self, rows: Sequence[Any], above: str = "") -> tuple[CategoryRow, ...]:
        """The rows that can be read, with those below them."""
        found = []
        for number, row in enumerate(rows):
            place = f"{above}/{number}"
            result: Result = {"row": place, "category": _code_of(row)}
            self.results[place] = result
            try:
                values = self._values(row)
            except ValidationError as invalid:
                problem = validation_problem(invalid.detail, self._path)
                first = problem["errors"][0]
                told = {"code": problem["code"], "detail": first["detail"], "pointer": first["pointer"]}
                result.update({**REFUSED, **told})
                self._refuse(_children_of(row), f"{place}/children")
                continue
            children = self.read(values.pop("children", ()), f"{place}/children")
            data = dict(values["data"])
            found.append(CategoryRow(data.pop("code"), data, children, place))
        return tuple(found)

    def _values(self, row: Any) -> dict[str, Any]:
        """Raises ValidationError, also for a code that an earlier row has: which of them counts is not ours to say."""
        values: dict[str, Any] = self._form.run_validation(row)
        code = values["data"]["code"]
        if code in self._codes:
            raise ValidationError({"data": {"code": [_("This code stands in an earlier row.")]}})
        self._codes.add(code)
        return values

    def _refuse(self, rows: Sequence[Any], above: str) -> None:
        """What stands below a refused row is refused."""
        for number, row in enumerate(rows):
            place = f"{above}/{number}"
            detail = str(ParentRefused.message)
            self.results[place] = {"row": place, "category": _code_of(row), **PARENT_REFUSED, "detail": detail}
            self._refuse(_children_of(row), f"{place}/children")


def _all(rows: Sequence[Any]) -> Iterator[Any]:
    for row in rows:
        yield row
        yield from _all(_children_of(row))


def _children_of(row: Any) -> list[Any]:
    children = row.get("children") if isinstance(row, Mapping) else None
    return children if isinstance(children, list) else []


def _code_of(row: Any) -> str | None:
    data = row.get("data") if isinstance(row, Mapping) else None
    code = data.get("code") if isinstance(data, Mapping) else None
    return code.strip() if isinstance(code, str) else None
