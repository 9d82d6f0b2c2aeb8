"""Reading the stock: the table, the ledgers, and what holds stock for whom. All of it within the user's partners."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.db import connection
from django.db.models import F, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject

from nexus_shop.core.errors import NotFound

from .errors import CandidateFacts, StockRecordAmbiguous
from .models import FormerStockRecord, PriceChange, StockMovement, StockRecord
from .queries import partners_of, stock_records_of

if TYPE_CHECKING:
    from nexus_shop.accounts.models import User

# What must hold at rest, as queries that find the stock records where it does not.
STOCK_IS_ITS_MOVEMENTS: Final = """
    SELECT s.id FROM partner_stockrecord s
    WHERE COALESCE(s.num_in_stock, 0) <> COALESCE(
        (SELECT sum(m.delta) FROM partner_stockmovement m WHERE m.stock_record_id = s.id), 0)
"""
ALLOCATED_IS_WHAT_IS_CLAIMED: Final = """
    SELECT s.id FROM partner_stockrecord s
    WHERE COALESCE(s.num_allocated, 0) <>
        COALESCE((SELECT sum(l.num_allocated) FROM order_line l JOIN order_order o ON o.id = l.order_id
                  WHERE l.stockrecord_id = s.id AND o.status IN ('pending', 'processing')), 0)
        + COALESCE((SELECT sum(r.quantity) FROM partner_stockreservation r WHERE r.stock_record_id = s.id), 0)
"""
ALLOCATED_IS_WITHIN_BOUNDS: Final = """
    SELECT id FROM partner_stockrecord
    WHERE num_allocated < 0 OR num_allocated > COALESCE(num_in_stock, 0)::bigint + backorder_limit
"""

PRICES_ARE_THEIR_LAST_CHANGES: Final = """
    SELECT s.id FROM partner_stockrecord s
    LEFT JOIN LATERAL (SELECT * FROM partner_pricechange c WHERE c.stock_record_id = s.id
                       ORDER BY c.id DESC LIMIT 1) AS last ON true
    WHERE last.id IS NULL
       OR (s.price, s.list_price, s.price_currency)
          IS DISTINCT FROM (last.new_price, last.new_list_price, last.currency)
"""

# Staff have begun the order `o`: when its time to pay is over, what becomes of it is theirs to say.
BEGUN: Final = """
    EXISTS (SELECT 1 FROM order_line l WHERE l.order_id = o.id
            AND l.units ?| ARRAY['processing', 'shipped', 'delivered', 'returned', 'refunded'])
"""
_HELD: Final = f"""
    SELECT h.kind, h.handle, h.quantity, h.since, h.until, h.order_handle, h.order_number, h.place,
           s.id, s.partner_sku, p.id, COALESCE(NULLIF(p.title, ''), parent.title), p.upc
    FROM (
        SELECT 'payment_session' AS kind, r.handle, r.stock_record_id, r.quantity, r.created_at AS since,
               r.expires_at AS until, NULL AS order_handle, NULL AS order_number, r.id AS place
        FROM partner_stockreservation r
        UNION ALL
        SELECT 'order', l.handle, l.stockrecord_id, l.num_allocated, o.date_placed,
               CASE WHEN o.status = 'pending' AND NOT {BEGUN} THEN o.pay_by END, o.handle, o.number, l.id
        FROM order_order o JOIN order_line l ON l.order_id = o.id
        WHERE o.payment_status IN ('awaiting', 'refunded') AND o.status IN ('pending', 'processing')
          AND l.num_allocated > 0) h
    JOIN partner_stockrecord s ON s.id = h.stock_record_id
    JOIN catalogue_product p ON p.id = s.product_id
    LEFT JOIN catalogue_product parent ON parent.id = p.parent_id
    WHERE {{conditions}}
    ORDER BY h.since DESC, h.kind DESC, h.place DESC LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Holding:
    """Units that an unpaid order's line, or an open payment session, holds until a moment.

    `until` is None where no time is set: staff have begun the order, or its money has all gone back.
    """

    kind: str
    handle: str
    quantity: int
    since: datetime
    until: datetime | None
    order_handle: str | None
    order_number: str | None
    place: int
    stock_record_id: int
    partner_sku: str
    product_id: int
    title: str
    sku: str | None

    @property
    def position(self) -> tuple[datetime, str, int]:
        """Where it stands in the list."""
        return self.since, self.kind, self.place


# Parameter -> lookup from a stock record, from a former one, and from a row of a ledger
_RECORD_LOOKUPS: Final = {
    "stock_record": "pk",
    "partner": "partner",
    "product": "product",
    "sku": "product__upc",
    "partner_sku": "partner_sku",
}
_FORMER_LOOKUPS: Final = {"stock_record": "pk", "partner": "partner_id", "product": "product_id", "sku": "sku"}
_ROW_LOOKUPS: Final = {"date_from": "created_at__date__gte", "date_to": "created_at__date__lte"}
_FORMER: Final = JSONObject(id="product_id", title="title", sku="sku", partner_sku="partner_sku")


def stock_table(user: "User", wanted: Mapping[str, Any]) -> QuerySet[StockRecord]:
    """The stock records that the user may see and that fit, oldest first, with product and partner.

    `wanted`: stock_record, partner, product, sku (the product's), partner_sku, `low` (below their threshold).
    """
    records = stock_records_of(user).select_related("product__parent", "partner").order_by("pk")
    records = records.filter(**_lookups(_RECORD_LOOKUPS, wanted))
    if wanted.get("low"):
        net = Coalesce(F("num_in_stock"), 0) - Coalesce(F("num_allocated"), 0)
        records = records.annotate(net=net).filter(low_stock_threshold__gt=F("net"))
    return records


def movements_of(user: "User", wanted: Mapping[str, Any]) -> QuerySet[StockMovement]:
    """The ledger of the stock records that the user may see, newest first, with product, account and order.

    Also of records that are gone: these rows have no `stock_record` but `former`, a mapping with the product's `id`,
    `title` and `sku`, and `partner_sku`.
    `wanted`: stock_record, product, sku (the product's), partner, kind, date_from, date_to.
    """
    movements = _rows_of(StockMovement, user, wanted).select_related("order")
    return movements.filter(kind=wanted["kind"]) if wanted.get("kind") else movements


def price_changes_of(user: "User", wanted: Mapping[str, Any]) -> QuerySet[PriceChange]:
    """The ledger of prices of the stock records that the user may see, newest first, with product and account.

    `wanted` and records that are gone: as `movements_of`, without kind.
    """
    return _rows_of(PriceChange, user, wanted)


def _rows_of(ledger: type[Model], user: "User", wanted: Mapping[str, Any]) -> QuerySet[Any]:
    former = FormerStockRecord.objects.filter(pk=OuterRef("stock_record_id")).values(said=_FORMER)
    rows = ledger._default_manager.select_related(  # noqa: SLF001 - Django's documented API
        "stock_record__product__parent", "stock_record__partner", "changed_by"
    )
    rows = rows.annotate(former=Subquery(former[:1])).filter(**_lookups(_ROW_LOOKUPS, wanted)).order_by("-pk")
    live, gone = _lookups(_RECORD_LOOKUPS, wanted), _lookups(_FORMER_LOOKUPS, wanted)
    if user.is_staff and not live:
        return rows
    ended = FormerStockRecord.objects.filter(**gone)
    if not user.is_staff:
        ended = ended.filter(partner_id__in=partners_of(user).values("pk"))
    records = stock_records_of(user).filter(**live).order_by().values("pk")
    wanted_ids = records.union(ended.values("pk"), all=True)
    return rows.annotate(of=F("stock_record_id")).filter(
        of__in=wanted_ids
    )  # by the field: an inner join of the records


def _lookups(known: Mapping[str, str], wanted: Mapping[str, Any]) -> dict[str, Any]:
    return {known[name]: value for name, value in wanted.items() if name in known and value not in {None, ""}}


def holdings_of(
    user: "User",
    *,
    stock_record: int | None = None,
    sku: str | None = None,
    after: tuple[datetime, str, int] | None = None,
    limit: int,
) -> list[Holding]:
    """What holds the stock that the user may see and is not paid yet, newest first, from behind `after`.

    Lines of orders that are unpaid, or whose money has all gone back, and open payment sessions.
    """
    conditions = ["true"]
    values: dict[str, Any] = {"limit": limit, "stock_record": stock_record, "sku": sku}
    if stock_record is not None:
        conditions.append("s.id = %(stock_record)s")
    if sku is not None:
        conditions.append("p.upc = %(sku)s")
    if not user.is_staff:
        conditions.append("s.partner_id = ANY(%(partners)s)")
        values["partners"] = list(partners_of(user).values_list("pk", flat=True))
    if after is not None:
        conditions.append("(h.since, h.kind, h.place) < (%(since)s, %(kind)s, %(place)s)")
        values |= dict(zip(("since", "kind", "place"), after, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(_HELD.format(conditions=" AND ".join(conditions)), values)
        return [Holding(*row) for row in cursor.fetchall()]


def stock_record_named(user: "User", *, stock_record_id: int | None = None, sku: str | None = None) -> int:
    """The id of a stock record of the user's, by its id or by the product's SKU. Raises NotFound, and
    StockRecordAmbiguous where several partners sell the SKU.
    """
    records = stock_records_of(user)
    records = records.filter(pk=stock_record_id) if stock_record_id is not None else records.filter(product__upc=sku)
    found = list(records.order_by("pk").values_list("pk", flat=True)[:10])
    pointer = "/sku" if stock_record_id is None else "/stock_record"
    if not found:
        raise NotFound(pointer=pointer)
    if len(found) > 1:
        raise StockRecordAmbiguous(CandidateFacts(stock_records=found), pointer=pointer)
    return int(found[0])
