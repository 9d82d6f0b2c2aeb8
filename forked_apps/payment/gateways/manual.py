"""Payment that people handle: by invoice, bank transfer, in the shop. Staff record it in the dashboard."""

from datetime import timedelta

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .base import NextAction


class Manual:
    """Nothing is charged by the shop: the money comes by another way."""

    code = "manual"
    name: "str | Promise" = gettext_lazy("Invoice or bank transfer")
    description: "str | Promise" = gettext_lazy(
        "We tell you how to pay when we have seen the order, and send the goods when the money has come."
    )

    def is_available(self) -> bool:
        """Always."""
        return True

    def time_to_pay(self) -> timedelta:
        """TIME_TO_PAY_MANUAL."""
        return timedelta(seconds=settings.TIME_TO_PAY_MANUAL)

    def next_action(self) -> NextAction:
        """Wait for the details."""
        return NextAction("wait", data={"instructions": _("We tell you how to pay when we have seen the order.")})
