"""Named places in the shipped code at which a process ends itself, as by a power cut. Nothing of this is shipped.

NEXUS_KILL_AT names one, NEXUS_KILL_PASS which pass of it (1 is the first) by any process of this environment, counted
by files in NEXUS_KILL_FOLDER: the process that comes for that time is the one that dies, and only that one.
"""

import functools
import os
import signal
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Final

# name -> (module, function as that module calls it, whether the process dies before it or after it)
WEB: Final[dict[str, tuple[str, str, str]]] = {
    "before the cart's lock": ("forked_apps.checkout.operations", "lock_cart", "before"),
    "behind the cart's lock": ("forked_apps.checkout.operations", "lock_cart", "after"),
    "before the stock": ("forked_apps.checkout.operations", "allocate_stock", "before"),
    "behind the stock": ("forked_apps.checkout.operations", "allocate_stock", "after"),
    "before the order's rows": ("forked_apps.checkout.operations", "write_order", "before"),
    "behind the order's rows": ("forked_apps.checkout.operations", "write_order", "after"),
    "behind the voucher's use": ("forked_apps.checkout.operations", "use_vouchers", "after"),
    "behind the capped offers": ("forked_apps.checkout.operations", "take_capped_offers", "after"),
    "before the cart is closed": ("forked_apps.checkout.operations", "submit_cart", "before"),
    "behind the cart's closing": ("forked_apps.checkout.operations", "submit_cart", "after"),
    "behind the checkout's commit": ("nexus_shop.api.rest.views.checkout.CheckoutView", "_respond", "before"),
    "before the payment's attempt": ("nexus_shop.api.rest.views.payment", "start_payment", "before"),
    "behind the attempt, before its commit": ("nexus_shop.api.rest.views.payment", "start_payment", "after"),
    "behind the attempt's commit": ("forked_apps.payment.calls", "charge", "before"),
    "before the gateway's call": ("forked_apps.payment.calls", "_answer", "before"),
    "behind the gateway's answer": ("forked_apps.payment.calls", "_answer", "after"),
    "before the settling's commit": ("forked_apps.payment.operations", "receive", "after"),
    "behind the settling's commit": ("forked_apps.payment.calls", "settle_attempt", "after"),
}
# The same checkout, step by step
STEPS: Final[dict[str, tuple[str, str, str]]] = {
    "before the stock is held": ("forked_apps.checkout.sessions", "reserve_stock", "before"),
    "behind the stock's holding": ("forked_apps.checkout.sessions", "reserve_stock", "after"),
    "behind the holding's commit": (
        "nexus_shop.api.rest.views.checkouts.CheckoutPaymentSessions",
        "_respond",
        "before",
    ),
    "behind the completed order": ("forked_apps.checkout.sessions", "order_locked_cart", "after"),
    "behind the completion's commit": ("nexus_shop.api.rest.views.checkouts.CheckoutComplete", "_respond", "before"),
}
WORKER: Final[dict[str, tuple[str, str, str]]] = {
    "before an event's delivery": ("nexus_shop.core.events", "_call_subscribers", "before"),
    "behind an event's delivery": ("nexus_shop.core.events", "_call_subscribers", "after"),
    "before the mail is queued": ("forked_apps.communication.subscribers", "queue_order_mail", "before"),
    "behind the mail's claim": ("forked_apps.communication.operations", "_message", "before"),
    "behind the mail server's yes": ("forked_apps.communication.operations", "settle_mail", "before"),
    "behind the mail's record": ("forked_apps.communication.operations", "settle_mail", "after"),
    "behind a task's claim": ("nexus_shop.core.tasks", "run_queued_task", "before"),
    "behind a task's work": ("forked_apps.payment.gateway_events", "settle_attempt", "after"),
}


def arm() -> None:
    """Wrap the function that the environment names, so that its process ends there."""
    wanted = os.environ.get("NEXUS_KILL_AT", "")
    if not wanted:
        return
    place, name, when = (WEB | STEPS | WORKER)[wanted]
    holder = _holder(place)
    original = getattr(holder, name)
    setattr(holder, name, _deadly(original, when))


def _holder(place: str) -> Any:
    """A module, or a class in one."""
    module, _, last = place.rpartition(".")
    return getattr(import_module(module), last) if last[0].isupper() else import_module(place)


def _deadly(original: Callable[..., Any], when: str) -> Callable[..., Any]:
    @functools.wraps(original)
    def run(*args: Any, **kwargs: Any) -> Any:
        if when == "before":
            _pass()
            return original(*args, **kwargs)
        result = original(*args, **kwargs)
        _pass()
        return result

    return run


def _pass() -> None:
    """Count this pass; end the process if it is the one."""
    folder = Path(os.environ["NEXUS_KILL_FOLDER"])
    for number in range(1, 1000):
        try:
            (folder / str(number)).touch(exist_ok=False)
        except FileExistsError:
            continue
        if number == int(os.environ.get("NEXUS_KILL_PASS", "1")):
            (folder / "died").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return
