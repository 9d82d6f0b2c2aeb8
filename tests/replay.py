"""Real invoices as orders: the file of UCI's Online Retail, replayed through the operations.

A product here is an article at a unit price: the file sells one article at several prices, also within an invoice.
Orders are shipped a day after they were placed. What is taken back before that is cancelled, later it is returned and
goes back on the shelf.
"""

import csv
import io
import lzma
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

from django.db import transaction

from forked_apps.basket.operations import Wanted
from forked_apps.catalogue.models import Product
from forked_apps.catalogue.operations import product_class_named
from forked_apps.checkout.operations import Details, place_order
from forked_apps.order.models import Line, Order
from forked_apps.order.operations import change_order_status
from forked_apps.partner.models import StockRecord
from forked_apps.partner.products import default_partner
from nexus_shop.core.money import ZERO, fits
from tests.factories.shop import ADDRESS, make_country

SHIPS_AFTER: Final = timedelta(days=1)

Article = tuple[str, Decimal]


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice of the file, or a credit note: units by article (positive both)."""

    number: str
    customer: str
    placed_at: datetime
    units: dict[Article, int]
    is_credit: bool

    @property
    def total(self) -> Decimal:
        """What it comes to."""
        return sum((price * quantity for (_, price), quantity in self.units.items()), ZERO)


def read_invoices(path: Path, limit: int | None) -> Iterator[Invoice]:
    """The invoices in the order of the file. Lines that sell nothing (corrections of stock, no price) are left out."""
    with lzma.open(path) as packed:
        rows = csv.DictReader(io.TextIOWrapper(packed, encoding="utf-8"))
        number, lines = "", list[dict[str, str]]()
        count = 0
        for row in rows:
            if row["InvoiceNo"] != number and lines:
                yield from _invoice(lines)
                count, lines = count + 1, []
                if count == limit:
                    return
            number = row["InvoiceNo"]
            lines.append(row)
        yield from _invoice(lines)


def _invoice(rows: list[dict[str, str]]) -> Iterator[Invoice]:
    first = rows[0]
    is_credit = first["InvoiceNo"].startswith("C")
    units: dict[Article, int] = defaultdict(int)
    for row in rows:
        price, quantity = Decimal(row["UnitPrice"]), int(row["Quantity"]) * (-1 if is_credit else 1)
        if price > 0 and quantity > 0 and fits(price, "GBP"):
            units[row["StockCode"], price.quantize(Decimal("0.01"))] += quantity
    if units:
        placed_at = datetime.fromisoformat(first["InvoiceDate"])
        yield Invoice(first["InvoiceNo"], first["CustomerID"] or first["InvoiceNo"], placed_at, dict(units), is_credit)


@transaction.atomic
def stock_up(invoices: Iterable[Invoice]) -> dict[Article, int]:
    """A product and a stock record for each article, with as much in stock as all invoices take; article -> product."""
    wanted: dict[Article, int] = defaultdict(int)
    for invoice in invoices:
        for article, quantity in invoice.units.items():
            wanted[article] += 0 if invoice.is_credit else quantity
    kind, partner = product_class_named("Goods"), default_partner()
    products = Product.objects.bulk_create(
        Product(title=code, slug=f"a-{n}", upc=f"{code}@{price}", product_class=kind)
        for n, (code, price) in enumerate(wanted)
    )
    StockRecord.objects.bulk_create(
        StockRecord(
            product=product, partner=partner, partner_sku=product.upc, price=price, num_in_stock=units, num_allocated=0
        )
        for product, ((_, price), units) in zip(products, wanted.items(), strict=True)
    )
    return {article: product.pk for article, product in zip(wanted, products, strict=True)}


@dataclass(slots=True)
class Replay:
    """The shop's books while the file is replayed, kept apart from the shop's own."""

    products: dict[Article, int]
    orders: int = 0
    sold: Decimal = ZERO
    shipped: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    cancelled: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    returned: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    unmatched: int = 0
    _waiting: deque[tuple[datetime, int]] = field(default_factory=deque)
    _bought: dict[tuple[str, Article], list[int]] = field(default_factory=lambda: defaultdict(list))

    def run(self, invoices: Iterable[Invoice]) -> None:
        """All of them, and what is left to ship at the end."""
        make_country("US")
        for invoice in invoices:
            self._ship(until=invoice.placed_at - SHIPS_AFTER)
            if invoice.is_credit:
                self._take_back(invoice)
            else:
                self._place(invoice)
        self._ship(until=None)

    def _place(self, invoice: Invoice) -> None:
        wanted = [Wanted(self.products[article], quantity) for article, quantity in invoice.units.items()]
        email = f"customer-{invoice.customer.removesuffix('.0')}@example.com"
        order = place_order(wanted, details=Details(user_id=None, email=email, shipping_address=ADDRESS))
        assert order.total_incl_tax == invoice.total, invoice.number
        self.orders += 1
        self.sold += invoice.total
        self._waiting.append((invoice.placed_at, order.pk))
        for article in invoice.units:
            self._bought[invoice.customer, article].append(order.pk)

    def _ship(self, *, until: datetime | None) -> None:
        while self._waiting and (until is None or self._waiting[0][0] <= until):
            _, order_id = self._waiting.popleft()
            if Order.objects.get(pk=order_id).status == "pending":
                change_order_status(order_id, status="processing")
                change_order_status(order_id, status="shipped")
                for product_id, units in Line.objects.filter(order=order_id).values_list("product_id", "units"):
                    self.shipped[product_id] += units.get("shipped", 0)

    def _take_back(self, credit: Invoice) -> None:
        """From the customer's latest orders of the article; what was bought before the file begins is left alone."""
        for article, quantity in credit.units.items():
            left = quantity
            for order_id in reversed(self._bought[credit.customer, article]):
                left -= self._take_back_from(order_id, self.products[article], left)
                if not left:
                    break
            self.unmatched += left

    def _take_back_from(self, order_id: int, product_id: int, wanted: int) -> int:
        line = Line.objects.get(order=order_id, product=product_id)
        status = "returned" if line.units.get("shipped") else "cancelled"
        taken = min(wanted, line.units.get("shipped", 0) or line.units.get("pending", 0))
        if taken:
            change_order_status(order_id, status=status, quantities={line.pk: taken}, restock=status == "returned")
            (self.returned if status == "returned" else self.cancelled)[product_id] += taken
        return taken
