"""Rules of addresses."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from nexus_shop.core.errors import DomainError


@dataclass(frozen=True)
class CountryFacts:
    """The country as it was given."""

    country: str


class CountryNotServed(DomainError):
    """The shop does not ship to this country, or there is none of that code."""

    code = "country_not_served"
    message = _("The shop does not deliver to this country.")


@dataclass(frozen=True)
class AddressFacts:
    """Which fields the country's rules miss or refuse."""

    fields: list[str]


class AddressIncomplete(DomainError):
    """The country's addresses need a field that is missing."""

    code = "address_incomplete"
    message = _("Addresses of this country need more.")


class InvalidPostcode(DomainError):
    """The postcode has not the form that the country's postcodes have."""

    code = "invalid_postcode"
    message = _("This is not a postcode of that country.")


@dataclass(frozen=True)
class KnownFacts:
    """The address that the book has already."""

    id: str


class AddressKnown(DomainError):
    """The customer's address book has this address already."""

    code = "address_known"
    message = _("This address is in your address book already.")


@dataclass(frozen=True)
class LimitFacts:
    """How many there may be."""

    limit: int


class AddressLimit(DomainError):
    """The customer's address book is full."""

    code = "address_limit"
    message = _("Your address book is full.")
