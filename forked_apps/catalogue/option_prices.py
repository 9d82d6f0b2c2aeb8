"""What options and their choices cost: the one place where that changes, and the ledger of who changed it and why."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from nexus_shop.core.events import publish
from nexus_shop.core.transactions import transaction_required

from .events import OptionPriceChanged
from .models import AttributeOption, Option, OptionPriceChange
from .triggers import SETTING

REASON: Final = "api"
# What must hold at rest, as a query that finds the ids where it does not.
OPTION_PRICES_ARE_THEIR_LAST_CHANGES: Final = """
    SELECT p.id FROM (SELECT id, price, id AS option_id, NULL::bigint AS choice_id FROM catalogue_option
                      UNION ALL SELECT id, price, NULL, id FROM catalogue_attributeoption) p
    WHERE p.price <> COALESCE(
        (SELECT c.new_price FROM catalogue_optionpricechange c
         WHERE c.option_id = p.option_id OR c.choice_id = p.choice_id ORDER BY c.id DESC LIMIT 1), 0)
"""
_LOOKUPS: Final = {
    "option": "option_id",
    "choice": "choice_id",
    "option_group": "option_group_id",
    "date_from": "created_at__date__gte",
    "date_to": "created_at__date__lte",
}


@dataclass(frozen=True, slots=True)
class Why:
    """Who changes a price (an account's id), and why."""

    changed_by: int | None = None
    reason: str = REASON


@contextmanager
@transaction_required
def pricing(row: Option | AttributeOption, *, old: Decimal | None, new: Decimal | None, why: Why) -> Iterator[None]:
    """Let the one statement inside write or delete the locked, or new, row: the ledger says why its price is another.

    None is no price any more, or none yet. Publishes OptionPriceChanged if the price is another; none is nothing.
    """
    if (old or 0) == (new or 0):
        yield
        return
    known = row.pk
    with connection.cursor() as cursor:
        said = json.dumps({"reason": why.reason, "by": why.changed_by})
        cursor.execute("SELECT set_config(%s, %s, true)", [SETTING, said])
    yield
    pk, is_choice = known or row.pk, isinstance(row, AttributeOption)
    publish(
        OptionPriceChanged(
            option_id=None if is_choice else pk,
            choice_id=pk if is_choice else None,
            option_group_id=row.group_id if isinstance(row, AttributeOption) else None,
            currency=settings.OSCAR_DEFAULT_CURRENCY,
            old_price=None if old is None else str(old),
            new_price=None if new is None else str(new),
            changed_by=why.changed_by,
            reason=why.reason,
        )
    )


def option_price_changes(wanted: Mapping[str, Any]) -> QuerySet[OptionPriceChange]:
    """The ledger, newest first, with the accounts. `wanted`: option, choice, option_group, date_from, date_to."""
    lookups = {_LOOKUPS[name]: value for name, value in wanted.items() if name in _LOOKUPS}
    return OptionPriceChange.objects.filter(**lookups).select_related("changed_by").order_by("-pk")
