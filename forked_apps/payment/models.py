"""Oscar's payment sources, addressed by handles and bounded by the database."""

from django.db import models
from django.db.models import F, Q
from oscar.apps.payment.abstract_models import AbstractBankcard, AbstractSource, AbstractSourceType, AbstractTransaction

from nexus_shop.core.handles import HandleField


class Source(AbstractSource):
    """Oscar's payment source: one way in which an order is paid. Refunded <= debited <= allocated, always."""

    handle = HandleField()

    class Meta(AbstractSource.Meta):
        constraints = [
            models.CheckConstraint(
                name="source_amounts_in_order",
                condition=Q(
                    amount_refunded__gte=0,
                    amount_debited__gte=F("amount_refunded"),
                    amount_allocated__gte=F("amount_debited"),
                ),
            )
        ]


class SourceType(AbstractSourceType):
    """Oscar's kind of payment source: a payment method."""


class Transaction(AbstractTransaction):
    """Oscar's ledger of a source."""


class Bankcard(AbstractBankcard):
    """Oscar's stored card. The shop never writes one: card data stays with the gateway."""


from oscar.apps.payment.models import *  # noqa: E402, F403 - Oscar's own, after ours are registered
