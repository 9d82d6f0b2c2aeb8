"""Triggers that note which products an offer speaks of, or speaks of no more; declared like those of triggers.py.

An offer's note names its condition and its benefit, not their ranges: these are looked up when the note is read, so
that a rival's change of range is found too. What a range lists, includes and excludes is noted by the product,
category or class itself, whether or not an offer uses the range: a rival may open one meanwhile.
"""

from typing import Final

from forked_apps.offer.models import Benefit, Condition, ConditionalOffer, Range, RangeProduct

from .spread import EVERYTHING
from .triggers import columns, note_triggers

# Whether cards can name the offer, by its row. Its counters matter only where they use it up; 0 is no limit.
_NAMED: Final = (
    "{row}.offer_type = 'Site' AND {row}.status = 'Open'"
    " AND NOT COALESCE({row}.num_applications >= NULLIF({row}.max_global_applications, 0), false)"
    " AND NOT COALESCE({row}.total_discount >= NULLIF({row}.max_discount, 0), false)"
)
_WORDS: Final = (
    "jsonb_build_array({row}.slug, {row}.name, {row}.priority, {row}.condition_id, {row}.benefit_id,"
    " {row}.start_datetime, {row}.end_datetime)"
)


def _while_named(expression: str) -> str:
    return f"CASE WHEN {_NAMED} THEN {expression} END"


class NotedOffer(ConditionalOffer):
    """Offers of the site, as long as they are open and not used up."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = note_triggers(
            "offer",
            notes=[
                ("offer_condition", _while_named("{row}.condition_id").format(row="r")),
                ("offer_benefit", _while_named("{row}.benefit_id").format(row="r")),
            ],
            shown=[_while_named(_WORDS)],
        )


class NotedCondition(Condition):
    """Conditions that get another range, or go. A new one is no offer's yet."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = note_triggers("condition", notes=[("range", "r.range_id")], shown=columns("range_id"))[1:]


class NotedBenefit(Benefit):
    """Benefits that get another range, or go. A new one is no offer's yet."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = note_triggers("benefit", notes=[("range", "r.range_id")], shown=columns("range_id"))[1:]


class NotedRange(Range):
    """Ranges that begin or cease to include everything or to be of a class of their own, or go."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = note_triggers(
            "range",
            notes=[("range", f"CASE WHEN r.includes_all_products THEN {EVERYTHING} ELSE r.id END")],
            shown=columns("includes_all_products", "proxy_class"),
        )[1:]


class NotedRangeProduct(RangeProduct):
    """Products that a range lists."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = note_triggers(
            "rangeproduct", notes=[("product", "r.product_id")], shown=columns("range_id", "product_id")
        )
