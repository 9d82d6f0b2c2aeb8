"""Oscar's basket, with a token for guests, one open cart a login, a currency and a version."""

import hashlib
import json
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from oscar.apps.basket.abstract_models import AbstractBasket, AbstractLine, AbstractLineAttribute

from nexus_shop.core.handles import HandleField


def shop_currency() -> str:
    """The currency of a new cart."""
    return str(settings.OSCAR_DEFAULT_CURRENCY)


class Basket(AbstractBasket):
    """Oscar's basket. A guest holds its token (only the SHA-256 is stored); a login has at most one open.

    `version` grows with every write and is the cart's ETag.
    """

    handle = HandleField()
    token_hash = models.CharField(max_length=64, null=True, unique=True, editable=False)  # noqa: DJ001 - NULLs do not clash
    # Oscar 4.2.1 takes the first line's currency, so that an empty basket has none and two could meet.
    currency = models.CharField(max_length=3, default=shop_currency)
    version = models.PositiveIntegerField(default=1, db_default=1)
    #: What the shopper wants the shop to know of the order that the cart becomes.
    notes = models.TextField(blank=True, default="", db_default="")

    class Meta(AbstractBasket.Meta):
        constraints = [
            models.UniqueConstraint(fields=["owner"], condition=Q(status="Open"), name="one_open_basket_per_owner")
        ]
        indexes = [models.Index(fields=["date_created"], condition=Q(status="Open"), name="open_baskets_by_age")]

    def _create_line_reference(self, product: Any, stockrecord: Any, options: Any) -> str:
        """Oscar 4.2.1 tells options apart by a 32-bit checksum of their repr."""
        pairs = [(option["option"].code, option["value"]) for option in options or []]
        return line_reference(product.pk, stockrecord.pk, pairs)


def line_reference(product_id: int, stock_record_id: int, options: list[tuple[str, Any]]) -> str:
    """What makes two lines one: product, stock record and the shopper's options (code, value)."""
    base = f"{product_id}_{stock_record_id}"
    if not options:
        return base
    text = json.dumps(sorted(options, key=lambda pair: pair[0]), sort_keys=True, separators=(",", ":"), default=str)
    return f"{base}_{hashlib.sha256(text.encode()).hexdigest()[:32]}"


class Line(AbstractLine):
    """Oscar's basket line, addressed by a handle."""

    handle = HandleField()


class LineAttribute(AbstractLineAttribute):
    """Oscar's option of a basket line."""


class LostLine(models.Model):
    """A line of an open cart that went with its stock record, or its product, until its shopper has accepted it.

    Written while carts are not locked: the key to the cart is none of the database.
    """

    basket = models.ForeignKey(Basket, on_delete=models.CASCADE, related_name="lost_lines", db_constraint=False)
    title = models.CharField(max_length=255)
    sku = models.CharField(max_length=64, null=True)  # noqa: DJ001 - as the product's
    quantity = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.title


class SavedLine(models.Model):
    """What a shopper has put aside for later: a login's own, or bound to a guest's cart, never both.

    `reference` (product and options) is there once for each of them; `options`: code -> value.
    """

    handle = HandleField()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="saved_lines", db_index=False
    )
    basket = models.ForeignKey(Basket, on_delete=models.CASCADE, null=True, related_name="saved_lines", db_index=False)
    product = models.ForeignKey("catalogue.Product", on_delete=models.CASCADE, related_name="+")
    reference = models.CharField(max_length=128)
    quantity = models.PositiveIntegerField()
    options = models.JSONField(default=dict)
    date_updated = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "reference"], name="one_saved_line_per_owner"),
            models.UniqueConstraint(fields=["basket", "reference"], name="one_saved_line_per_basket"),
            models.CheckConstraint(
                condition=Q(owner=None, basket__isnull=False) | Q(owner__isnull=False, basket=None),
                name="saved_line_has_one_holder",
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class SharedCart(models.Model):
    """What a cart held when its link was made; nothing of whose it was. `lines`: product_id, quantity, options each."""

    handle = HandleField()
    currency = models.CharField(max_length=3, default=shop_currency)
    lines = models.JSONField()
    date_created = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.handle


from oscar.apps.basket.models import *  # noqa: E402, F403 - Oscar's own, after ours are registered
