"""Addresses by the rules of their country."""

import pytest

from forked_apps.address.errors import AddressIncomplete, InvalidPostcode
from forked_apps.address.validation import PostalAddress, address_problems, check_address


def address(
    country: str, postcode: str = "", state: str = "", line1: str = "1 Main St", line4: str = "City"
) -> PostalAddress:
    return PostalAddress(country=country, line1=line1, line4=line4, postcode=postcode, state=state)


@pytest.mark.parametrize(
    ("country", "postcode", "state"),
    [
        ("US", "90210", "CA"),
        ("US", "90210-1234", "CA"),
        ("GB", "SW1A 1AA", ""),
        ("gb".upper(), "sw1a 1aa", ""),
        ("DE", "10115", ""),
        ("IE", "", "Dublin"),
        ("HK", "", "Kowloon"),
    ],
)
def test_deliverable(country: str, postcode: str, state: str) -> None:
    check_address(address(country, postcode, state), pointer="/a")


@pytest.mark.parametrize(
    ("country", "postcode", "state"), [("US", "ABCDE", "CA"), ("GB", "12345", ""), ("DE", "1011", "")]
)
def test_postcode_of_another_form(country: str, postcode: str, state: str) -> None:
    with pytest.raises(InvalidPostcode) as refusal:
        check_address(address(country, postcode, state), pointer="/a")
    assert refusal.value.pointer == "/a/postcode"


def test_missing_fields_are_all_named() -> None:
    with pytest.raises(AddressIncomplete) as refusal:
        check_address(address("US"), pointer="/a")
    assert refusal.value.details() == {"fields": ["postcode", "state"]}
    assert refusal.value.pointer == "/a/postcode"


@pytest.mark.parametrize(
    ("postcode", "state", "problems"),
    [
        ("90210", "CA", []),
        ("12345", "CA", ["postcode_area_mismatch"]),
        ("12345", "", []),
        ("90210", "Nowhere", []),
        ("", "CA", []),
    ],
)
def test_postcode_of_another_state_is_a_problem_but_no_refusal(postcode: str, state: str, problems: list[str]) -> None:
    assert address_problems(address("US", postcode, state)) == problems
