"""Offers for a cart, with all that applying them needs, in one statement."""

from collections.abc import Collection
from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, IntegerField, Q, QuerySet
from django.db.models.expressions import RawSQL

from .models import ConditionalOffer

# The given products that a range contains: Oscar's rules of `Range.product_queryset`, for a handful of products.
MEMBERS: Final = """
ARRAY(
    SELECT p.id FROM catalogue_product p JOIN offer_range r ON r.id = "{table}"."range_id"
    WHERE p.id = ANY(%s) AND CASE WHEN r.includes_all_products THEN
        NOT EXISTS (SELECT 1 FROM offer_range_excluded_products x WHERE x.range_id = r.id AND x.product_id = p.id)
        AND NOT EXISTS (
            SELECT 1 FROM offer_range_excluded_categories x
            JOIN catalogue_category top ON top.id = x.category_id
            JOIN catalogue_category c ON c.path LIKE top.path || '%%'
            JOIN catalogue_productcategory pc ON pc.category_id = c.id AND pc.product_id IN (p.id, p.parent_id)
            WHERE x.range_id = r.id)
    ELSE (
        EXISTS (SELECT 1 FROM offer_rangeproduct i WHERE i.range_id = r.id AND i.product_id IN (p.id, p.parent_id))
        OR EXISTS (
            SELECT 1 FROM offer_range_classes k LEFT JOIN catalogue_product parent ON parent.id = p.parent_id
            WHERE k.range_id = r.id AND k.productclass_id IN (p.product_class_id, parent.product_class_id))
        OR EXISTS (
            SELECT 1 FROM offer_range_included_categories x
            JOIN catalogue_category top ON top.id = x.category_id
            JOIN catalogue_category c ON c.path LIKE top.path || '%%'
            JOIN catalogue_productcategory pc ON pc.category_id = c.id AND pc.product_id IN (p.id, p.parent_id)
            WHERE x.range_id = r.id))
        AND NOT EXISTS (
            SELECT 1 FROM offer_range_excluded_products x
            WHERE x.range_id = r.id AND x.product_id IN (p.id, p.parent_id))
    END)
"""
# How often a customer has used each of the offers that have a limit for each customer. Cancelled orders use nothing.
USES: Final = """
(SELECT COALESCE(sum(d.frequency), 0) FROM order_orderdiscount d JOIN order_order o ON o.id = d.order_id
 WHERE "offer_conditionaloffer"."max_user_applications" IS NOT NULL
   AND d.offer_id = "offer_conditionaloffer"."id" AND o.user_id = %s AND o.status <> 'cancelled')
"""
# Only where an offer has such a limit: one order of a customer at a time.
CUSTOMER_LOCK: Final = """
CASE WHEN "offer_conditionaloffer"."max_user_applications" IS NOT NULL
     THEN (SELECT 1 FROM pg_advisory_xact_lock(%s, %s::int)) END
"""
LOCK_SPACE: Final = 0x6F666672  # first key of the advisory locks
NAMES: Final = """
ARRAY(SELECT c.to_conditionaloffer_id FROM offer_conditionaloffer_combinations c
      WHERE c.from_conditionaloffer_id = "offer_conditionaloffer"."id")
"""
NAMED_BY: Final = """
ARRAY(SELECT c.from_conditionaloffer_id FROM offer_conditionaloffer_combinations c
      WHERE c.to_conditionaloffer_id = "offer_conditionaloffer"."id")
"""


def offers_for(
    product_ids: Collection[int],
    *,
    owner_id: int | None,
    voucher_offer_ids: Collection[int] = (),
    for_order: bool = False,
) -> list[ConditionalOffer]:
    """Open offers, highest priority first: the site's, and those of the cart's vouchers.

    Their ranges know which of the products they contain, the offers how often the owner has used them: applying them
    asks the database nothing more (a range with a class of its own may).

    `for_order` is for the transaction of an order: where an offer has a limit for each customer, the customer's other
    orders wait until it ends, and the uses are read anew behind that lock.
    """
    found = _open_offers(voucher_offer_ids)
    if for_order and owner_id is not None:
        lock = RawSQL(CUSTOMER_LOCK, [LOCK_SPACE, owner_id], output_field=IntegerField())  # noqa: S611 - as below
        found = found.annotate(customer_lock=lock)
    offers = list(
        found.annotate(
            condition_members=_members("offer_condition", product_ids),
            benefit_members=_members("offer_benefit", product_ids),
            uses=RawSQL(USES, [owner_id], output_field=IntegerField()),  # noqa: S611 - a constant; values are parameters
            named=RawSQL(NAMES, [], output_field=ArrayField(BigIntegerField())),  # noqa: S611
            naming=RawSQL(NAMED_BY, [], output_field=ArrayField(BigIntegerField())),  # noqa: S611
        )
    )
    limited = [offer.pk for offer in offers if offer.max_user_applications is not None]
    uses = _uses(limited, owner_id) if for_order and owner_id is not None and limited else {}
    for offer in offers:
        offer.customer_applications = uses.get(offer.pk, offer.uses)
        offer.names, offer.named_by = frozenset(offer.named), frozenset(offer.naming)
        for part, members in ((offer.condition, offer.condition_members), (offer.benefit, offer.benefit_members)):
            if part.range is not None:
                part.range.loaded_members = frozenset(members)
    return offers


def _open_offers(voucher_offer_ids: Collection[int]) -> QuerySet[ConditionalOffer]:
    site = Q(pk__in=ConditionalOffer.active.filter(offer_type=ConditionalOffer.SITE).values("pk"))
    wanted = site | Q(pk__in=voucher_offer_ids, status=ConditionalOffer.OPEN) if voucher_offer_ids else site
    found: QuerySet[ConditionalOffer] = ConditionalOffer.objects.filter(wanted)
    return found.select_related("condition__range", "benefit__range").order_by("-priority", "pk")


def _uses(offer_ids: Collection[int], owner_id: int) -> dict[int, int]:
    """A statement of its own sees what was committed while the lock was waited for."""
    uses = RawSQL(USES, [owner_id], output_field=IntegerField())  # noqa: S611
    return dict(ConditionalOffer.objects.filter(pk__in=offer_ids).annotate(uses=uses).values_list("pk", "uses"))


def _members(table: str, product_ids: Collection[int]) -> RawSQL:
    sql = MEMBERS.format(table=table)
    return RawSQL(sql, [list(product_ids)], output_field=ArrayField(BigIntegerField()))  # noqa: S611
