"""What is measured: each scenario is one request or one whole flow, with its budget (`speed.md`).

Knows neither Django nor HTTP: `bench` runs the same flows inside of its process, to count the SQL statements, and over
keep-alive connections, to measure the CPU.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Final, Protocol

API: Final = "/api/v1"
PAGE: Final = 20
MAX_DEPTH: Final = 10_000  # of a list by pages
ADDRESS: Final = {
    "first_name": "Ann",
    "last_name": "Lee",
    "line1": "1 Main St",
    "line4": "Beverly Hills",
    "state": "CA",
    "postcode": "90210",
    "country": "US",
}


class Unexpected(RuntimeError):
    """The shop has answered otherwise than the scenario needs: its figures would mean nothing."""


@dataclass(frozen=True)
class Reply:
    """An answer of the shop, however it was asked. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body's value."""
        return json.loads(self.body)


class Call(Protocol):
    """Asks the shop."""

    def __call__(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Reply:
        """One request; `body` goes out as JSON."""
        ...


@dataclass(frozen=True)
class Read:
    """One GET and the status that is due."""

    path: str
    status: int = 200
    etag: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """The request's headers."""
        return {"If-None-Match": self.etag} if self.etag else {}


@dataclass(frozen=True)
class Facts:
    """What the scenarios ask for, as found in the shop: products, ids that can be bought, a cart of five lines.

    `categories`: paths of one of each level, that with most products first; `pages`: how many pages a list goes deep;
    `cursors`: by cursor, pages from the first one down to MAX_DEPTH or the middle of the list.
    """

    list: Read
    categories: tuple[str, ...]
    pages: int
    cursors: tuple[str, ...]
    details: tuple[Read, ...]
    buyable: tuple[int, ...]
    cart_token: str


Reads = Callable[[Facts], tuple[Read, ...]]
Flow = Callable[[Call, Facts, int], None]


@dataclass(frozen=True)
class Scenario:
    """`reads` are asked one after the other in turn, or `flow` runs whole; `offers` are open meanwhile.

    The one without a budget is what the others are compared with.
    """

    name: str
    title: str
    budget_ms: float | None = None
    budget_sql: int | None = None
    reads: Reads | None = None
    flow: Flow | None = None
    offers: int = 0

    def run(self, call: Call, facts: Facts, turn: int) -> None:
        """Once. Raises Unexpected."""
        if self.reads is not None:
            reads = self.reads(facts)
            read = reads[turn % len(reads)]
            ask(call, "GET", read.path, status=read.status, headers=read.headers)
        elif self.flow is not None:
            self.flow(call, facts, turn)


def ask(
    call: Call,
    method: str,
    path: str,
    body: Any = None,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """The answer, if it has that status. Raises Unexpected."""
    reply = call(method, path, body, headers)
    if reply.status != status:
        raise Unexpected(f"{method} {path} answered {reply.status}, not {status}: {reply.body[:500]!r}")
    return reply


def find_facts(call: Call) -> Facts:
    """Look around in the shop, and fill the cart that is read."""
    path = f"{API}/products/?page_size=20"
    listed = ask(call, "GET", path)
    cards = ask(call, "GET", f"{API}/products/?page_size=100&in_stock=true").json()["results"]
    details = []
    for card in cards[:50]:
        detail = f"{API}/products/{card['id']}/"
        details.append(Read(detail, etag=ask(call, "GET", detail).headers["etag"]))
    buyable = tuple(card["id"] for card in cards if card["structure"] == "standalone")
    cart = ask(call, "PUT", f"{API}/cart/items/", {"items": items_of(buyable[:5])}, status=201)
    tree = ask(call, "GET", f"{API}/categories/").json()
    return Facts(
        list=Read(path, etag=listed.headers["etag"]),
        categories=_first_of_each_level(tree),
        pages=_pages(call),
        cursors=_cursors(call),
        details=tuple(details),
        buyable=buyable,
        cart_token=cart.headers["x-cart-token"],
    )


def _first_of_each_level(tree: list[dict[str, Any]]) -> tuple[str, ...]:
    found = []
    while tree:
        found.append(tree[0]["path"])
        tree = tree[0]["children"]
    return tuple(found)


def _pages(call: Call) -> int:
    """Pages of 20 that the list has, as far as it goes."""
    count = ask(call, "GET", f"{API}/products/?page_size=1&count=exact").json()["count"]
    return max(1, min(count // PAGE, MAX_DEPTH // PAGE))


def _cursors(call: Call) -> tuple[str, ...]:
    """The last ten of the pages that lead by cursor down to the depth where pages by number end."""
    count = ask(call, "GET", f"{API}/products/?page_size=1&count=exact").json()["count"]
    found, path = [], f"{API}/products/?cursor=&page_size=100"
    for _ in range(min(count, 2 * MAX_DEPTH) // 200):
        path = ask(call, "GET", path).json()["next"]
        found.append(path.replace("page_size=100", f"page_size={PAGE}"))
    return tuple(found[-10:]) or (f"{API}/products/?cursor=",)


def items_of(product_ids: tuple[int, ...]) -> list[dict[str, int]]:
    """Two of each product."""
    return [{"product_id": product_id, "quantity": 2} for product_id in product_ids]


def some(facts: Facts, turn: int, count: int) -> tuple[int, ...]:
    """So many of the products, other ones each turn."""
    start = turn * count % max(1, len(facts.buyable) - count + 1)
    return facts.buyable[start : start + count]


def add_to_fresh_cart(call: Call, facts: Facts, turn: int) -> None:
    """A guest's first line."""
    body = {"product_id": some(facts, turn, 1)[0], "quantity": 1}
    ask(call, "POST", f"{API}/cart/items/", body, status=201)


def read_cart(call: Call, facts: Facts, turn: int) -> None:
    """The cart of five lines."""
    ask(call, "GET", f"{API}/cart/", headers={"X-Cart-Token": facts.cart_token})


def buy(call: Call, facts: Facts, turn: int) -> Any:
    """Two requests: a fresh cart of three lines, and its order, which is answered."""
    items = {"items": items_of(some(facts, turn, 3))}
    cart = ask(call, "PUT", f"{API}/cart/items/", items, status=201).json()
    order = {"email": "ann@example.com", "shipping_address": ADDRESS, "expected_total": cart["totals"]["total"]}
    return ask(call, "POST", f"{API}/checkout/", order, status=201, headers={"X-Cart-Token": cart["token"]}).json()


def _listing(query: str) -> Reads:
    """One list of 20 cards."""
    return lambda facts: (Read(f"{API}/products/?{query}"),)


def _by_category(facts: Facts) -> tuple[Read, ...]:
    return tuple(Read(f"{API}/products/?category={path}") for path in facts.categories)


def _last_page(facts: Facts) -> tuple[Read, ...]:
    return (Read(f"{API}/products/?page={facts.pages}"),)


def _deep(facts: Facts) -> tuple[Read, ...]:
    return tuple(map(Read, facts.cursors))


def _prices(facts: Facts) -> tuple[Read, ...]:
    return tuple(Read(f"{API}/products/{pk}/price/") for pk in facts.buyable)


def _histories(facts: Facts) -> tuple[Read, ...]:
    return tuple(Read(f"{API}/products/{pk}/price-history/") for pk in facts.buyable)


def _fresh(read: Read) -> Read:
    return Read(read.path)


def _known(read: Read) -> Read:
    return Read(read.path, status=304, etag=read.etag)


def _with_offers(scenario: Scenario, offers: int) -> Scenario:
    """The scenario in a shop with so many open offers."""
    if not offers:
        return scenario
    return replace(scenario, name=f"{scenario.name}_{offers}", title=f"… with {offers} offers", offers=offers)


REFERENCE: Final = "health"
OFFERS: Final = (0, 100, 500)
CART_SCENARIOS: Final = (
    Scenario("add", "add a line to a fresh cart", 8, 8, flow=add_to_fresh_cart),
    Scenario("cart", "read a cart of 5 lines", 4, 3, flow=read_cart),
    Scenario("order", "fresh guest cart to order", 30, 30, flow=buy),
)
SCENARIOS: Final = (
    Scenario(REFERENCE, "reference: /health/", reads=lambda facts: (Read("/health/"),)),
    Scenario("list", "list of 20 cards", 1.5, 1, reads=lambda facts: (_fresh(facts.list),)),
    Scenario("detail", "detail", 1.0, 1, reads=lambda facts: tuple(map(_fresh, facts.details))),
    Scenario("tree", "category tree", 1.0, 1, reads=lambda facts: (Read(f"{API}/categories/"),)),
    # Further ways to list are a line each
    Scenario("by_category", "list by category", 1.5, 1, reads=_by_category),
    Scenario("by_price", "list by price, in stock", 1.5, 1, reads=_listing("ordering=price&in_stock=true")),
    Scenario("by_attribute", "list by attribute", 1.5, 1, reads=_listing("attr.colour=red,blue")),
    Scenario("by_brand", "list by brand", 1.5, 1, reads=_listing("brand=oak")),
    Scenario("deep_cursor", "deep page by cursor", 1.5, 1, reads=_deep),
    Scenario("last_page", "last page of the list", None, 1, reads=_last_page),
    Scenario("price", "price for the caller", None, None, reads=_prices),
    Scenario("price_history", "price history", None, 1, reads=_histories),
    Scenario("list_304", "list, unchanged (304)", 1.0, 1, reads=lambda facts: (_known(facts.list),)),
    Scenario("detail_304", "detail, unchanged (304)", 1.0, 1, reads=lambda facts: tuple(map(_known, facts.details))),
    *(_with_offers(*each) for each in product(CART_SCENARIOS, OFFERS)),
)
#: What is measured again when there are many orders.
CHECKOUT: Final = "order"
