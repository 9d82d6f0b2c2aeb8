"""Oscar's basket, with a token for guests, one open cart a login, a currency and a version."""

import hashlib
import json
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
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


from oscar.apps.basket.models import *  # noqa: E402, F403 - Oscar's own, after ours are registered
