"""The payment methods that the shop offers."""

from typing import Final

from .base import PaymentMethod
from .manual import Manual

METHODS: Final[tuple[PaymentMethod, ...]] = (Manual(),)


def available_methods() -> list[PaymentMethod]:
    """The methods that can be chosen now; the first is the default."""
    return [method for method in METHODS if method.is_available()]


def method_of(code: str) -> PaymentMethod | None:
    """The method of that code, if it can be chosen now."""
    return next((method for method in available_methods() if method.code == code), None)
