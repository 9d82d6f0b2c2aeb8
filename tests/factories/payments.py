"""Orders that are to be paid at the loopback gateway."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.utils import timezone

from forked_apps.order.models import Order
from forked_apps.payment import calls
from forked_apps.payment.gateways.breaker import forget_failures
from forked_apps.payment.models import PaymentAttempt
from forked_apps.payment.operations import start_payment
from nexus_shop.core.money import Money
from tests.peers import loopback

METHODS = ["manual", "tests.peers.loopback.LoopbackGateway"]


@contextmanager
def offered(settings: Any, monkeypatch: Any) -> Iterator[loopback.Loopback]:
    """The loopback gateway runs and the shop offers it."""
    forget_failures()
    with loopback.running() as books:
        settings.PAYMENT_METHODS = METHODS
        monkeypatch.setenv("LOOPBACK_ADDRESS", books.address)
        monkeypatch.setenv("LOOPBACK_READ_SECONDS", "0.5")
        yield books
    forget_failures()


def begin(order: Order, method: str = "loopback") -> PaymentAttempt:
    """Step one."""
    begun = start_payment(order.pk, method=method, expected=Money(order.total_incl_tax, order.currency))
    assert begun.attempt is not None
    return begun.attempt


def pay(order: Order, behaviour: str = "approve") -> PaymentAttempt:
    """All steps."""
    return calls.charge(begin(order).pk, data={"behaviour": behaviour})


def grow_old(seconds: int = 60) -> None:
    """Attempts were begun, and last looked after, so long ago."""
    then = timezone.now() - timedelta(seconds=seconds)
    PaymentAttempt.objects.update(created_at=then, checked_at=then)


def run_out(order: Order) -> None:
    """The order's time to pay is over."""
    Order.objects.filter(pk=order.pk).update(pay_by=timezone.now() - timedelta(seconds=1))
