"""Oscar's texts of mails, and what became of the mails about orders."""

from typing import Final

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from oscar.apps.communication.abstract_models import (
    AbstractCommunicationEventType,
    AbstractEmail,
    AbstractNotification,
)

OURS: Final = "communication/"
OSCARS: Final = "oscar/communication/emails/commtype_"


class OrderMail(models.Model):
    """A mail about an order. There is one for each (order, kind, key), however often the event comes.

    `key` is the row of the order's history that the mail tells of, or the request that asked for it. It is `sending`
    from before the mail server is called until its answer is written down, and left to the sender until `due_at`. A
    sender that ends in between is counted: after the second time the mail is given up, so it goes out twice at most.
    """

    class Kind(models.TextChoices):
        """What it says: the code of Oscar's communication event type, in small letters."""

        PLACED = "order_placed", _("Order placed")
        SHIPPED = "order_shipped", _("Order shipped")
        CANCELLED = "order_cancelled", _("Order cancelled")
        REOPENED = "order_reopened", _("Order goes on")
        LINK = "order_link", _("Link to an order")

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", _("Waiting")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")

    order = models.ForeignKey("order.Order", on_delete=models.CASCADE, related_name="mails")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    key = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    email = models.EmailField(_("Sent to"), blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    interruptions = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    due_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "kind", "key"], name="one_mail_of_a_kind")]
        indexes = [models.Index(fields=["due_at"], name="mails_open", condition=Q(state__in=["waiting", "sending"]))]

    def __str__(self) -> str:
        return f"{self.kind} of order {self.order_id}"


class CommunicationEventType(AbstractCommunicationEventType):
    """Oscar's texts of a mail. What staff have not written comes from files: ours for mails about orders."""

    @property
    def email_subject_template_file(self) -> str:
        """The file, with a place for the code."""
        return f"{self._folder()}%s_subject.txt"

    @property
    def email_body_template_file(self) -> str:
        """The file, with a place for the code."""
        return f"{self._folder()}%s_body.txt"

    @property
    def email_body_html_template_file(self) -> str:
        """The file, with a place for the code."""
        return f"{self._folder()}%s_body.html"

    def _folder(self) -> str:
        return OURS if self.code.lower() in OrderMail.Kind.values else OSCARS


class Email(AbstractEmail):
    """Oscar's copy of a mail to a customer with an account."""


class Notification(AbstractNotification):
    """Oscar's notification."""


from oscar.apps.communication.models import *  # noqa: E402, F403 - Oscar's own, after ours are registered
