"""The payment methods that the shop offers: those of PAYMENT_METHODS, by built-in name or dotted path of a class."""

from functools import cache
from typing import Final

from django.conf import settings
from django.utils.module_loading import import_string

from .base import Gateway, PaymentMethod

BUILT_IN: Final = {"manual": "forked_apps.payment.gateways.manual.Manual"}


@cache
def _made(name: str) -> PaymentMethod:
    """The method of that name, one object for the process. Raises ImportError for an unknown name, TypeError."""
    path = BUILT_IN.get(name, name)
    method = import_string(path)()
    if not isinstance(method, PaymentMethod):
        raise TypeError(f"{path} is no payment method")
    return method


def configured_methods() -> list[PaymentMethod]:
    """All methods of the settings, in their order."""
    return [_made(name) for name in settings.PAYMENT_METHODS]


def available_methods() -> list[PaymentMethod]:
    """The methods that can be chosen now; the first is the default."""
    return [method for method in configured_methods() if method.is_available()]


def method_of(code: str) -> PaymentMethod | None:
    """The method of that code, if it can be chosen now."""
    return next((method for method in available_methods() if method.code == code), None)


def gateway_of(code: str) -> Gateway | None:
    """The gateway of that code, also where it cannot be chosen now: what was begun with it has to end."""
    found = next((method for method in configured_methods() if method.code == code), None)
    return found if isinstance(found, Gateway) else None


def problems_of_methods(names: list[str]) -> list[str]:
    """What is wrong with a PAYMENT_METHODS."""
    if not names:
        return ["PAYMENT_METHODS names no payment method."]
    problems, codes = [], []
    for name in names:
        try:
            codes.append(_made(name).code)
        except (ImportError, TypeError) as problem:
            problems.append(f"PAYMENT_METHODS names {name!r}, which cannot be used: {problem}.")
    if len(set(codes)) < len(codes):
        problems.append("PAYMENT_METHODS names two methods of one code.")
    return problems
