"""Reading partners, stock, and what is for sale."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from forked_apps.catalogue.models import Product
from nexus_shop.core.errors import NotFound

from .models import Partner, StockRecord
from .selection import Stock, choose_stock

if TYPE_CHECKING:
    from nexus_shop.accounts.models import User


@dataclass(frozen=True, slots=True)
class OptionRule:
    """An option that a product has: what the shopper may or must say when buying it, and what that costs a unit.

    `price` is added to every answer, `choices` (choice -> price) to those chosen; both as entered.
    """

    id: int
    code: str
    name: str
    type: str
    is_required: bool
    price: Decimal
    choices: dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Article:
    """A product as the cart sees it, with the stock record that sells it (None where none does)."""

    product_id: int
    title: str
    sku: str | None
    structure: str
    is_sold: bool
    is_discountable: bool
    tracks_stock: bool
    requires_shipping: bool
    product_class: str
    stock: Stock | None
    partner_id: int | None
    partner_name: str
    partner_sku: str
    options: tuple[OptionRule, ...]


# The options of a product `p` of the class `k`, with their choices; `option_rules` reads them.
OPTION_RULES: Final = """
    (SELECT json_agg(json_build_array(o.id, o.code, o.name, o.type, o.required, o.price::text,
                     (SELECT json_object_agg(c.option, c.price::text) FROM catalogue_attributeoption c
                      WHERE c.group_id = o.option_group_id)))
     FROM catalogue_option o
     WHERE o.id IN (SELECT option_id FROM catalogue_productclass_options WHERE productclass_id = k.id)
        OR o.id IN (SELECT option_id FROM catalogue_product_product_options WHERE product_id IN (p.id, p.parent_id)))
"""
ARTICLES: Final = f"""
    SELECT p.id, COALESCE(NULLIF(p.title, ''), parent.title), p.upc, p.structure,
           p.is_public AND COALESCE(parent.is_public, true)
               AND COALESCE(LEAST(p.publish_until, parent.publish_until) > now(), true), p.is_discountable,
           COALESCE(k.track_stock, true), COALESCE(k.requires_shipping, true),
           COALESCE(k.slug, ''),
           (SELECT json_agg(json_build_array(s.id, s.price::text, s.list_price::text, s.price_currency, s.num_in_stock,
                                             s.num_allocated, s.backorder_limit, s.expected_on, s.is_preorder,
                                             s.partner_id, partner.name, s.partner_sku))
            FROM partner_stockrecord s JOIN partner_partner partner ON partner.id = s.partner_id
            WHERE s.product_id = p.id),
           {OPTION_RULES}
    FROM catalogue_product p
    LEFT JOIN catalogue_product parent ON parent.id = p.parent_id
    LEFT JOIN catalogue_productclass k ON k.id = COALESCE(p.product_class_id, parent.product_class_id)
    WHERE p.id = ANY(%s)
"""


def articles(product_ids: Collection[int], *, currency: str) -> dict[int, Article]:
    """The products, as far as they exist, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(ARTICLES, [list(product_ids)])
        return {row[0]: _article(row, currency) for row in cursor.fetchall()}


def _article(row: tuple[Any, ...], currency: str) -> Article:
    *facts, records, options = row
    stocks = {record[0]: (_stock(record), record[9:]) for record in records or ()}
    tracks_stock = facts[6]
    chosen = choose_stock((stock for stock, _ in stocks.values()), currency=currency, tracks_stock=tracks_stock)
    partner_id, partner_name, partner_sku = stocks[chosen.id][1] if chosen else (None, "", "")
    rules = option_rules(options)
    return Article(*[*facts, chosen, partner_id, partner_name, partner_sku, rules])


def option_rules(found: list[list[Any]] | None) -> tuple[OptionRule, ...]:
    """What OPTION_RULES has read."""
    return tuple(map(_option_rule, found or ()))


def _option_rule(option: list[Any]) -> OptionRule:
    pk, code, name, kind, is_required, base, choices = option
    prices = {choice: Decimal(price) for choice, price in (choices or {}).items()}
    return OptionRule(pk, code, name, kind, is_required, Decimal(base), prices)


def _stock(record: list[Any]) -> Stock:
    pk, price, list_price, currency, num_in_stock, num_allocated, backorder_limit, day, is_preorder = record[:9]
    expected_on = None if day is None else date.fromisoformat(day)
    prices = (_decimal(price), _decimal(list_price))
    return Stock(pk, *prices, currency, num_in_stock, num_allocated, backorder_limit, expected_on, is_preorder)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def partners_of(user: "User") -> QuerySet[Partner]:
    """The partners whose stock and orders the user works on: all for staff, their own for partner staff."""
    return Partner.objects.all() if user.is_staff else Partner.objects.filter(users=user)


def own_partner_id(user: "User") -> int | None:
    """The partner that sells what the user makes: None (the default one) for staff, theirs for partner staff.

    Raises NotFound (pointer /partner) where that is none, or not one only.
    """
    if user.is_staff:
        return None
    ids = list(partners_of(user).values_list("pk", flat=True)[:2])
    if len(ids) != 1:
        raise NotFound(pointer="/partner")
    return int(ids[0])


def stock_records_of(user: "User") -> QuerySet[StockRecord]:
    """The stock records that the user may change: all for staff, those of their own partners for partner staff."""
    records = StockRecord.objects.all()
    return records if user.is_staff else records.filter(partner__in=partners_of(user))


def products_of(user: "User", *, shared: bool = False) -> QuerySet[Product]:
    """The products that the user may change: all for staff; for partner staff those that their partners sell and nobody
    else does. A parent and its variants are one: whoever changes one of them owns the stock of all.

    `shared`: those to look at, too, that their partners sell beside others, or a variant of which they sell.
    """
    products: QuerySet[Product] = Product.objects.all()
    if user.is_staff:
        return products
    own = Q(partner__in=partners_of(user))
    family = products.annotate(head_id=Coalesce("parent_id", "pk"))
    alone = _has_stock(own, "head_id") & ~_has_stock(~own, "head_id")
    return family.filter(alone | _has_stock(own, "pk") if shared else alone)


def _has_stock(whose: Q, of: str) -> Q:
    records = StockRecord.objects.filter(whose)
    return Q(Exists(records.filter(product=OuterRef(of)))) | Q(Exists(records.filter(product__parent=OuterRef(of))))


def namable_products(user: "User") -> QuerySet[Product]:
    """The products that the user may name in another one: all for staff; for partner staff what everybody sees, and
    what their partners sell, alone or beside others.
    """
    if user.is_staff:
        return products_of(user)
    public = Q(is_public=True) & (Q(parent=None) | Q(parent__is_public=True))
    return Product.objects.filter(public | Q(pk__in=products_of(user, shared=True).values("pk")))
