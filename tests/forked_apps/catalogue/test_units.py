"""What a piece holds: exact, bounded, and refused at its place."""

from decimal import Decimal
from typing import Any

import pytest

from forked_apps.catalogue.errors import ValueRefused
from forked_apps.catalogue.models import Product
from forked_apps.catalogue.units import set_unit, unit_of

NO_CONTENTS: list[Any] = [
    *("0", "-1", "NaN", "Infinity", "1e20", "1e-9", "1.00001", "much", "", None, 1, 1.5, True, []),
]


def test_unit_is_written_read_and_taken_away() -> None:
    product = Product()
    set_unit(product, {"measure": "g", "content": Decimal(250), "reference": "100"}, "/unit")
    unit = unit_of(product)
    assert unit is not None
    assert unit.as_json() == {"measure": "g", "content": "250", "reference": "100"}
    set_unit(product, unit.as_json(), "/unit")
    assert unit_of(product) == unit
    set_unit(product, None, "/unit")
    assert unit_of(product) is None


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        ("kg", "/unit"),
        ([], "/unit"),
        ({}, "/unit"),
        ({"measure": "kg"}, "/unit"),
        ({"measure": "kg", "content": "1", "weight": "1"}, "/unit"),
        ({"measure": "stone", "content": "1"}, "/unit/measure"),
        ({"measure": None, "content": "1"}, "/unit/measure"),
        *(({"measure": "kg", "content": content}, "/unit/content") for content in NO_CONTENTS),
        ({"measure": "kg", "content": "1", "reference": "0"}, "/unit/reference"),
    ],
)
def test_unfit_unit_is_refused(value: Any, pointer: str) -> None:
    product = Product(unit_measure="l", unit_content=Decimal(1))
    with pytest.raises(ValueRefused) as refusal:
        set_unit(product, value, "/unit")
    assert refusal.value.pointer == pointer
