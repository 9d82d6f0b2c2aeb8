"""`manage.py check` on payment settings."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from .gateways.registry import problems_of_methods
from .gateways.stripe import key_problems


@register()
def stripe_keys_fit(**_: Any) -> list[CheckMessage]:
    """Both keys or none, of one mode."""
    problems = key_problems(settings.STRIPE_PUBLIC_KEY, settings.STRIPE_SECRET_KEY)
    return [Error(problem, id="nexus.E001") for problem in problems]


@register()
def payment_methods_are_known(**_: Any) -> list[CheckMessage]:
    """Every method that the settings name is there."""
    return [Error(problem, id="nexus.E002") for problem in problems_of_methods(settings.PAYMENT_METHODS)]
