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
USES: Final = """
(SELECT COALESCE(sum(d.frequency), 0) FROM order_orderdiscount d JOIN order_order o ON o.id = d.order_id
 WHERE "offer_conditionaloffer"."max_user_applications" IS NOT NULL
   AND d.offer_id = "offer_conditionaloffer"."id" AND o.user_id = %s)
"""

NAMES: Final = """
ARRAY(SELECT c.to_conditionaloffer_id FROM offer_conditionaloffer_combinations c
      WHERE c.from_conditionaloffer_id = "offer_conditionaloffer"."id")
"""
NAMED_BY: Final = """
ARRAY(SELECT c.from_conditionaloffer_id FROM offer_conditionaloffer_combinations c
      WHERE c.to_conditionaloffer_id = "offer_conditionaloffer"."id")
"""


def offers_for(
    product_ids: Collection[int], *, owner_id: int | None, voucher_offer_ids: Collection[int] = ()
) -> list[ConditionalOffer]:
    """Open offers, highest priority first: the site's, and those of the cart's vouchers.

    Their ranges know which of the products they contain, the offers how often the owner has used them: applying them
    asks the database nothing more (a range with a class of its own may).
    """
    offers = list(
        _open_offers(voucher_offer_ids).annotate(
            condition_members=_members("offer_condition", product_ids),
            benefit_members=_members("offer_benefit", product_ids),
            uses=RawSQL(USES, [owner_id], output_field=IntegerField()),  # noqa: S611 - a constant; values are parameters
            named=RawSQL(NAMES, [], output_field=ArrayField(BigIntegerField())),  # noqa: S611
            naming=RawSQL(NAMED_BY, [], output_field=ArrayField(BigIntegerField())),  # noqa: S611
        )
    )
    for offer in offers:
        offer.customer_applications = offer.uses
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


def _members(table: str, product_ids: Collection[int]) -> RawSQL:
    sql = MEMBERS.format(table=table)
    return RawSQL(sql, [list(product_ids)], output_field=ArrayField(BigIntegerField()))  # noqa: S611
