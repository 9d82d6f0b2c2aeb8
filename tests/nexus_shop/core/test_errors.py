"""Domain errors."""

from dataclasses import dataclass

import pytest

from nexus_shop.api.rest.errors import MEANINGS, STATUS
from nexus_shop.core.errors import DomainError, NotFound, all_subclasses


@dataclass(frozen=True)
class Facts:
    number: int


def test_every_domain_error_has_a_status_and_a_meaning() -> None:
    ours = {error for error in all_subclasses() if not error.__module__.startswith("tests.")}
    codes = [error.code for error in ours]
    assert len(codes) == len(set(codes))
    assert set(codes) <= set(STATUS)
    assert set(STATUS) == set(MEANINGS)
    assert all(code == code.lower() and " " not in code for code in codes)


def test_details_are_the_facts() -> None:
    assert NotFound(Facts(number=3)).details() == {"number": 3}
    assert NotFound().details() == {}
    with pytest.raises(TypeError):
        NotFound("words").details()


def test_pointer_is_kept() -> None:
    assert NotFound(pointer="/cart").pointer == "/cart"
    assert issubclass(NotFound, DomainError)
