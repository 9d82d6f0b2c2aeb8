"""Mails about orders: queued once, sent by the worker outside of any transaction, settled.

A row is claimed before the mail server is called and settled after: what is claimed is nobody else's until its lease is
over. While the server is away, mails wait, with growing pauses, for three days.
"""

import logging
import secrets
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Greatest, Now
from django.utils import timezone

from forked_apps.order.history import SHOP, record_event
from forked_apps.order.models import Order, OrderEvent
from forked_apps.order.queries import OrderRow, order_by_id
from nexus_shop.core.tasks import enqueue
from nexus_shop.core.transactions import transaction

from .channels.email import MailServerAway, Message, Undeliverable, send
from .content import texts_of
from .models import OrderMail

logger = logging.getLogger(__name__)

ROUND: Final = 5  # mails of one round of the worker
LEASE: Final = timedelta(minutes=5)  # above what a mail server may take
PATIENCE: Final = timedelta(days=3)
FRESH: Final = timedelta(days=2)  # what is older is no news: orders of a demo, an event that was delivered late
MAX_INTERRUPTIONS: Final = 1
BREAK: Final = timedelta(seconds=5)  # for all mails, while the server is away
MAX_PAUSE: Final = timedelta(minutes=30)


@transaction
def queue_order_mail(order_id: int, *, kind: str, history_id: int | None = None) -> None:
    """Let a mail about what happened to an order be sent: once for each row of its history. Old news are left out."""
    happened = _time_of(order_id, history_id)
    if happened is not None and happened > timezone.now() - FRESH:
        _queue(order_id, kind, str(history_id or ""))


@transaction
def request_order_link(number: str, *, email: str) -> None:
    """Let a link to the order be mailed, if it is that address's. Writes the same whether it is or not."""
    from .tasks import mail_order_link_task  # noqa: PLC0415 - tasks call these operations

    enqueue(mail_order_link_task, number=number, email=email, asked=secrets.token_hex(16))


@transaction
def queue_link_mail(order_id: int, *, asked: str) -> None:
    """Let a link to an order be mailed, once for each time that it was asked for."""
    _queue(order_id, OrderMail.Kind.LINK, asked)


def _queue(order_id: int, kind: str, key: str) -> None:
    OrderMail.objects.bulk_create([OrderMail(order_id=order_id, kind=kind, key=key)], ignore_conflicts=True)


def _time_of(order_id: int, history_id: int | None) -> datetime | None:
    if history_id is None:
        return Order.objects.filter(pk=order_id).values_list("date_placed", flat=True).first()
    return OrderEvent.objects.filter(pk=history_id).values_list("created_at", flat=True).first()


def send_due_mails() -> int:
    """One round of the worker: send mails that are due; returns how many were claimed.

    Any number of workers may run side by side. A server that is away ends the round.
    """
    for claimed in range(ROUND):
        mail = _claim()
        if mail is None:
            return claimed
        if not _send(mail):
            return claimed + 1
    return ROUND


def _claim() -> OrderMail | None:
    """One due mail. One whose sender ended is taken up again, and counted."""
    rows = OrderMail.objects.raw(
        """
        UPDATE communication_ordermail SET state = 'sending', attempts = attempts + 1,
            interruptions = interruptions + (state = 'sending')::int, due_at = clock_timestamp() + %s
        WHERE id = (
            SELECT id FROM communication_ordermail
            WHERE state IN ('waiting', 'sending') AND due_at <= clock_timestamp()
            ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING *
        """,
        [LEASE],
    )
    return next(iter(rows), None)


def _send(mail: OrderMail) -> bool:
    """Send a claimed mail and settle it; False where the server is away."""
    if mail.interruptions > MAX_INTERRUPTIONS:
        _fail(mail, "the process ended twice while this was being sent")
        return True
    order = order_by_id(mail.order_id)
    if not order.email:
        _fail(mail, "the order has no e-mail address any more")
        return True
    try:
        send(_message(mail, order))
    except MailServerAway as problem:
        _wait(mail, str(problem))
        return False
    except Undeliverable as refusal:
        _fail(mail, str(refusal))
    except Exception as failure:  # a backend of other makers, or a bug in a text: recorded, tried again
        logger.exception("%s failed", mail)
        _wait(mail, repr(failure))
    else:
        settle_mail(mail.pk, email=order.email)
    return True


def _message(mail: OrderMail, order: OrderRow) -> Message:
    tells_of = int(mail.key) if mail.kind != OrderMail.Kind.LINK and mail.key else None
    texts = texts_of(mail.kind, order, history_id=tells_of)
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    return Message(
        sender=settings.OSCAR_FROM_EMAIL,
        recipient=order.email,
        subject=texts.subject,
        text=texts.text,
        html=texts.html,
        message_id=f"<order-mail-{mail.pk}-{order.handle[:8]}@{host}>",
    )


@transaction
def settle_mail(mail_id: int, *, email: str) -> None:
    """Note that a mail has left, and write it into the order's history: once."""
    sending = OrderMail.objects.filter(pk=mail_id, state=OrderMail.State.SENDING)
    if sending.update(state=OrderMail.State.SENT, sent_at=Now(), email=email, last_error=""):
        mail = OrderMail.objects.get(pk=mail_id)
        record_event(mail.order_id, OrderEvent.Kind.MAIL_SENT, role=SHOP, data={"mail": mail.kind})


def _wait(mail: OrderMail, error: str) -> None:
    """Try again later; the other mails have a break too, since they go by the same server."""
    if timezone.now() - mail.created_at > PATIENCE:
        _fail(mail, error)
        return
    logger.warning("%s waits: %s", mail, error)
    pause = min(BREAK * 2 ** min(mail.attempts, 12), MAX_PAUSE)
    OrderMail.objects.filter(pk=mail.pk, state=OrderMail.State.SENDING).update(
        state=OrderMail.State.WAITING, due_at=Now() + pause, last_error=error
    )
    OrderMail.objects.filter(state=OrderMail.State.WAITING).update(due_at=Greatest(F("due_at"), Now() + BREAK))


def _fail(mail: OrderMail, error: str) -> None:
    logger.error("%s is given up: %s", mail, error)
    OrderMail.objects.filter(pk=mail.pk, state=OrderMail.State.SENDING).update(
        state=OrderMail.State.FAILED, last_error=error
    )
