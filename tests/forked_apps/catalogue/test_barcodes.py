"""GTINs: how long they are, and their check digit."""

import pytest
from django.core.exceptions import ValidationError

from forked_apps.catalogue.barcodes import is_gtin, validate_gtin


@pytest.mark.parametrize("text", ["96385074", "036000291452", "4006381333931", "10012345678902", "9780306406157"])
def test_gtin_with_the_right_check_digit_is_one(text: str) -> None:
    assert is_gtin(text) is True
    validate_gtin(text)


@pytest.mark.parametrize(
    "text",
    [
        *("4006381333932", "96385075", "036000291453", "10012345678903"),  # one off
        *("", "1", "123456789", "400638133393", "40063813339310000"),
        *("4006381-333931", " 4006381333931", "4006381333931\n", "４００６３８１３３３９３１", "400638133393X"),
    ],
)
def test_what_is_no_gtin_is_refused(text: str) -> None:
    assert is_gtin(text) is False
    with pytest.raises(ValidationError):
        validate_gtin(text)
