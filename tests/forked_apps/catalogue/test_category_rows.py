"""Categories in bulk beside rivals."""

import pytest

from forked_apps.catalogue.category_rows import CategoryRow, _put_level
from forked_apps.catalogue.models import Category
from nexus_shop.core.rows import CREATED, Deadline

pytestmark = pytest.mark.django_db


def test_row_behind_a_category_that_a_rival_has_deleted_comes_last() -> None:
    rows = [CategoryRow(code, {}) for code in ("a", "b", "c")]
    put = _put_level(rows, None, Deadline(None))
    assert next(put)[1].status == CREATED
    Category.objects.get(code="a").delete()
    assert [outcome.status for _, outcome in put] == [CREATED, CREATED]
    assert list(Category.objects.order_by("path").values_list("code", flat=True)) == ["b", "c"]
