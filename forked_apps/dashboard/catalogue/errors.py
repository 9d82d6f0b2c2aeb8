"""Rules of the catalogue that only the dashboard's forms can break."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass
class Misplaced(Exception):
    """An operation refused what stands in one field of one form; `field` None is the form as a whole."""

    form: Any
    field: str | None
    reason: "StrOrPromise"


@dataclass
class PricesRefused(Exception):
    """Some of many new prices cannot be: titles of the products, and why."""

    titles: list[str]
    reason: "StrOrPromise"
