"""The offers that may do something for a cart, ready to be applied: one statement, whatever their number."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from django.db import connection
from django.utils import timezone

from nexus_shop.core import prepared

from .book import BOOK, OfferBook, ProductFacts, copy_offer, copy_range
from .models import ConditionalOffer

# What a customer has used of an offer: a login's orders, and those of its e-mail address. Cancelled orders use nothing.
_USES: Final = """
    (SELECT COALESCE(sum(d.frequency), 0)
     FROM (SELECT id, status FROM order_order WHERE user_id = %(user_id)s
           UNION SELECT id, status FROM order_order
           WHERE guest_email <> '' AND lower(guest_email) = NULLIF(%(email)s, '')
           UNION SELECT g.id, g.status FROM order_order g JOIN accounts_user u ON u.id = g.user_id
           WHERE lower(u.email) = NULLIF(%(email)s, '')) p
     JOIN order_orderdiscount d ON d.order_id = p.id
     WHERE d.offer_id = o.id AND p.status <> 'cancelled')
"""
_COUNTERS: Final = """
    SELECT json_build_array(o.id, o.num_applications, o.total_discount::text, {uses})
    FROM offer_conditionaloffer o WHERE o.id = ANY(%(counted)s)
"""
COUNTERS: Final = _COUNTERS.format(uses=f"CASE WHEN o.id = ANY(%(limited)s) THEN {_USES} ELSE 0 END")
PRODUCTS: Final = """
    SELECT 'product', json_build_array(
        p.id, COALESCE(p.product_class_id, parent.product_class_id),
        ARRAY(SELECT DISTINCT above.id FROM catalogue_productcategory pc
              JOIN catalogue_category c ON c.id = pc.category_id
              CROSS JOIN LATERAL
                unnest(ARRAY(SELECT left(c.path, n * 4) FROM generate_series(1, c.depth) n)) AS step(path)
              JOIN catalogue_category above ON above.path = step.path
              WHERE pc.product_id IN (p.id, p.parent_id)),
        ARRAY(SELECT i.range_id FROM offer_rangeproduct i WHERE i.product_id IN (p.id, p.parent_id)),
        ARRAY(SELECT x.range_id FROM offer_range_excluded_products x WHERE x.product_id = p.id),
        ARRAY(SELECT x.range_id FROM offer_range_excluded_products x WHERE x.product_id IN (p.id, p.parent_id)))
    FROM catalogue_product p LEFT JOIN catalogue_product parent ON parent.id = p.parent_id
    WHERE p.id = ANY((SELECT %(products)s::bigint[])::bigint[])
"""  # hidden in a SELECT, the number of products is the same to the planner each time: one plan serves all
# Planning costs more than running: no cart pays for the uses of a customer that nothing asks for.
PRODUCTS_AND_COUNTERS: Final = f"{PRODUCTS} UNION ALL SELECT 'counter', c.* FROM ({_COUNTERS.format(uses=0)}) c"
PRODUCTS_AND_USES: Final = f"{PRODUCTS} UNION ALL SELECT 'counter', c.* FROM ({COUNTERS}) c"
LOCK_SPACE: Final = 0x6F666672  # first key of the advisory locks


@dataclass(frozen=True, slots=True)
class Customer:
    """Whose uses of an offer count together: a login, and whoever orders with that e-mail address."""

    user_id: int | None = None
    email: str = ""

    @property
    def is_known(self) -> bool:
        """Whether there is anything to count by."""
        return self.user_id is not None or bool(self.email)

    @property
    def lock(self) -> int:
        """The second key of the advisory lock: the same for a login and for a guest of its address."""
        name = self.email.lower() or f"user {self.user_id}"
        return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], signed=True)


@dataclass(frozen=True, slots=True)
class Counter:
    """How far an offer has been used, by all and by the customer at hand."""

    num_applications: int
    total_discount: Decimal
    by_customer: int


def offers_for(
    product_ids: Collection[int],
    *,
    token: str,
    customer: Customer,
    voucher_offer_ids: Collection[int] = (),
    for_order: bool = False,
    every: bool = False,
) -> list[ConditionalOffer]:
    """The open offers that some of the products can meet, highest priority first: the site's, and those of vouchers.

    `token` is that of `core.rules`. The offers are copies, for this cart: their ranges know which of the products they
    contain, they themselves how often they were used and by this customer: applying them asks the database nothing
    more (a range with a class of its own may).

    `for_order` is for the transaction of an order: where one of them has a limit for each customer, the customer's
    other orders wait until it ends, and the uses are read behind that lock. `every` leaves in what meets no product.
    """
    book = BOOK.at(token)
    now = timezone.now()
    if not (book.site or voucher_offer_ids):
        return []
    counted = [offer for offer in book.limited(voucher_offer_ids) if is_current(offer, now)]
    limited = [offer.pk for offer in counted if offer.max_user_applications is not None and customer.is_known]
    if for_order and limited:
        _lock(customer)
    products, counters = product_facts(counted, limited, product_ids, customer)
    near = book.offers(voucher_offer_ids) if every else book.near(products, voucher_offer_ids)
    offers = [offer for offer in near if is_current(offer, now)]
    members = _members(offers, products, book)
    met = [offer for offer in offers if every or _can_meet(offer, members)]
    ranges = {pk: copy_range(book.ranges[pk].row, members[pk]) for pk in _range_ids(met)}
    found = [copy_offer(offer, ranges) for offer in met]
    for offer in found:
        set_counters(offer, counters.get(offer.pk))
    return found


def is_current(offer: ConditionalOffer, now: datetime) -> bool:
    """Whether the offer's dates allow it; a voucher's offer goes by the voucher's dates."""
    if offer.offer_type == ConditionalOffer.VOUCHER:
        return True
    return is_within(offer.start_datetime, offer.end_datetime, now)


def is_within(start: datetime | None, end: datetime | None, now: datetime) -> bool:
    """Whether an offer of these dates counts: from the first moment to the last, both included."""
    return (start is None or start <= now) and (end is None or end >= now)


def set_counters(offer: ConditionalOffer, counter: Counter | None) -> None:
    """Tell an offer how far it has been used."""
    offer.customer_applications = counter.by_customer if counter else 0
    if counter:
        offer.num_applications, offer.total_discount = counter.num_applications, counter.total_discount


def _lock(customer: Customer) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_SPACE, customer.lock])


def locked_uses(offer_ids: Collection[int], *, customer: Customer) -> dict[int, int]:
    """Offer id -> how often the customer's orders use it now; the customer's other orders wait for this transaction."""
    if not offer_ids or not customer.is_known:
        return {}
    _lock(customer)
    ids = list(offer_ids)
    values = {"limited": ids, "counted": ids, "user_id": customer.user_id, "email": customer.email.lower()}
    with connection.cursor() as cursor:
        cursor.execute(COUNTERS, values)
        return {row[0]: int(row[3]) for (row,) in cursor.fetchall()}


def product_facts(
    counted: Iterable[ConditionalOffer], limited: list[int], product_ids: Collection[int], customer: Customer
) -> tuple[list[ProductFacts], dict[int, Counter]]:
    """What ranges ask of the products, and how far the offers `counted` have been used; by the customer where they are
    among the ids `limited`. One statement.
    """
    values = {
        "products": list(product_ids),
        "limited": limited,
        "counted": [offer.pk for offer in counted],
        "user_id": customer.user_id,
        "email": customer.email.lower(),
    }
    with connection.cursor() as cursor:
        if limited:
            cursor.execute(PRODUCTS_AND_USES, values)  # planned anew each time: what customers have used grows
        else:
            prepared.execute(cursor, PRODUCTS_AND_COUNTERS if values["counted"] else PRODUCTS, values)
        rows = cursor.fetchall()
    products = [
        ProductFacts(row[0], row[1], *(frozenset(ids) for ids in row[2:])) for kind, row in rows if kind == "product"
    ]
    counters = {row[0]: Counter(row[1], Decimal(row[2]), int(row[3])) for kind, row in rows if kind == "counter"}
    return products, counters


def _range_ids(offers: Iterable[ConditionalOffer]) -> set[int]:
    return {pk for offer in offers for pk in offer.range_ids}


def _members(
    offers: Iterable[ConditionalOffer], products: Collection[ProductFacts], book: OfferBook
) -> dict[int, frozenset[int] | None]:
    """Range -> those of the products that it contains; None for a range of its own class: only it can say."""
    found: dict[int, frozenset[int] | None] = {}
    for pk in _range_ids(offers):
        rule = book.ranges[pk]
        within = None if rule.row.proxy else frozenset(each.id for each in products if rule.contains(each))
        found[pk] = within
    return found


def _can_meet(offer: ConditionalOffer, members: dict[int, frozenset[int] | None]) -> bool:
    """Whether one of the products is in the range of the condition. Without a range, only the condition knows."""
    condition = offer.condition
    if condition.range_id is None or not condition.value:
        return True
    return members[condition.range_id] != frozenset()
