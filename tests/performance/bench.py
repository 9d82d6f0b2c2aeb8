"""`make bench`: CPU and SQL statements per request, and memory, of the shop as `make run` serves it.

See docs/howto/measure.md. Needs the tests' packages and a PostgreSQL on this machine; works in a database of its own.
"""

import argparse
import contextlib
import json
import os
import signal
import statistics
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import django

from nexus_shop.core import postgres
from tests import database
from tests.performance.driver import Connection, Driver, driving
from tests.performance.processes import Memory, Meter, Usage, ensure_postgres_is_here, working
from tests.performance.rebuilding import Rebuild, rebuild_all_by_worker
from tests.performance.scenarios import CHECKOUT, REFERENCE, SCENARIOS, Call, Facts, Reply, Scenario, buy, find_facts
from tests.servers import serving

if TYPE_CHECKING:
    import psycopg

ROUNDS: Final = 5
WARM_UP: Final = 0.4  # seconds per scenario
WORKERS: Final = 2
MEMORY_BUDGET: Final = 300
GROWTH_BUDGET: Final = 1.2
CATALOGUE_BUDGET: Final = 1.3  # how many times as dear a read may be in a large catalogue as in a small one
SCALE: Final = "1000000"  # of the rate limits: all load comes from one address


@dataclass(frozen=True)
class Result:
    """Medians of the rounds, in milliseconds for one run of the scenario; `runs` is how often it ran in all.

    `ratio` is to the reference: it says the same on a slow machine and on a fast one.
    """

    title: str
    runs: int
    cpu_ms: float
    ratio: float
    server_ms: float
    postgres_ms: float
    worker_ms: float
    budget_ms: float | None
    sql: int
    budget_sql: int | None

    @property
    def verdict(self) -> str:
        """Whether it holds its budgets; nothing where it has none."""
        if self.budget_ms is None or self.budget_sql is None:
            return ""
        return "OK" if self.cpu_ms <= self.budget_ms and self.sql <= self.budget_sql else "OVER"


@dataclass(frozen=True)
class Growth:
    """The checkout with few orders in the database, and with many. Compared are the ratios to the reference."""

    orders: int
    before: Result
    after: Result

    @property
    def factor(self) -> float:
        """How many times as much it costs with many."""
        return round(self.after.ratio / self.before.ratio, 2) if self.before.ratio else 0.0

    @property
    def verdict(self) -> str:
        """Whether it is flat."""
        return "OK" if self.factor <= GROWTH_BUDGET else "OVER"

    def line(self) -> str:
        """The figures as people read them."""
        return (
            f"checkout with {self.orders} orders: {self.after.cpu_ms:.2f} CPU ms, ratio {self.after.ratio}; before"
            f" {self.before.cpu_ms:.2f}, ratio {self.before.ratio}: {self.factor} times as much, budget"
            f" {GROWTH_BUDGET}   {self.verdict}"
        )


def main(arguments: list[str]) -> int:
    """Measure and print; the exit status is 0 whatever the figures: they are for people."""
    parser = argparse.ArgumentParser(prog="make bench ARGS=…", description=__doc__)
    parser.add_argument("--products", type=int, default=1000, help="products in the catalogue (1000)")
    parser.add_argument(
        "--composed", type=int, default=20_000, help="of more products the documents are copies (20000)"
    )
    parser.add_argument("--orders", type=int, default=0, help="measure the checkout again with so many orders (0)")
    parser.add_argument("--rebuild", action="store_true", help="measure the worker too, with all documents stale")
    parser.add_argument("--against", type=Path, help="figures of an earlier run (--json), to be compared with")
    parser.add_argument("--seconds", type=float, default=10, help="time for each scenario, all rounds together (10)")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with _database() as (admin, address, name):
        ensure_postgres_is_here(admin)
        skus = _prepare(address, options.products, options.composed)
        with serving(address, workers=WORKERS, environment=_environment()) as shop, working(address) as worker:
            facts = find_facts(Connection(shop.address))
            statements = count_statements(facts)
            meter = Meter(web=shop.pid, worker=worker, database=name, admin=admin)
            with driving(shop.address, facts) as driver:
                results = measure(driver, meter, statements, options.seconds)
                memory = meter.memory()
                client = driver.client
                growth = _grown(driver, meter, statements, options) if options.orders else None
            rebuilt = rebuild_all_by_worker(meter) if options.rebuild else None
    print(table(results, memory, _heading(options.products, skus, client)))
    for line in _more(results, growth, rebuilt, options.against):
        print(f"\n{line}")
    if options.json:
        about = {"products": options.products, "skus": skus, "seconds": options.seconds, "client": client}
        about |= {"growth": asdict(growth) | {"verdict": growth.verdict}} if growth else {}
        about |= {"rebuild": asdict(rebuilt)} if rebuilt else {}
        options.json.write_text(as_json(results, memory, about))
    return 0


def _more(
    results: Mapping[str, Result], growth: Growth | None, rebuilt: Rebuild | None, earlier: Path | None
) -> Iterator[str]:
    """What is told below the table."""
    if growth:
        yield growth.line()
    if rebuilt:
        yield rebuilt.line()
    if earlier:
        yield comparison(results, json.loads(earlier.read_text()))


def comparison(results: Mapping[str, Result], earlier: Mapping[str, Any]) -> str:
    """How many times as dear each scenario is as in an earlier run, by the ratios to the reference."""
    lines = [f"{'beside ' + str(earlier['products']) + ' products':28}{'then':>8}{'now':>8}{'factor':>8}"]
    for name, result in results.items():
        then = earlier["scenarios"].get(name, {}).get("ratio", 0)
        if then and name != REFERENCE:
            factor = result.ratio / then
            verdict = "OK" if factor <= CATALOGUE_BUDGET else "OVER"
            lines.append(f"{result.title:28}{then:8.1f}{result.ratio:8.1f}{factor:8.2f}   {verdict}")
    return "\n".join(lines)


def _grown(driver: Driver, meter: Meter, statements: Mapping[str, int], options: argparse.Namespace) -> Growth:
    """The checkout before and after many orders are in the database, each beside the reference."""
    from django.db import connection

    from tests.performance import orders
    from tests.performance.catalogue import open_offers

    scenarios = [scenario for scenario in SCENARIOS if scenario.name in {REFERENCE, CHECKOUT}]
    before = measure(driver, meter, statements, options.seconds, scenarios)[CHECKOUT]
    begin = time.monotonic()
    open_offers(10)
    call = _inside()
    facts = find_facts(call)
    finished = orders.finish([buy(call, facts, turn)["number"] for turn in range(4)])
    count = orders.copy(finished, options.orders)
    connection.close()
    _say(f"{count} orders are there after {time.monotonic() - begin:.0f} s")
    after = measure(driver, meter, statements, options.seconds, scenarios)[CHECKOUT]
    return Growth(orders=count, before=before, after=after)


def _heading(products: int, skus: int, client: str) -> str:
    load = os.getloadavg()[2]
    return (
        f"{products} products, {skus} SKUs; reads driven by {client}; {os.cpu_count()} cores, load {load:.1f} over the"
        " last 15 minutes"
    )


def as_json(results: Mapping[str, Result], memory: Memory, about: Mapping[str, Any]) -> str:
    """The figures as programs read them."""
    scenarios = {name: asdict(result) | {"verdict": result.verdict} for name, result in results.items()}
    figures = {**about, "scenarios": scenarios, "memory_mb": asdict(memory) | {"budget": MEMORY_BUDGET}}
    return f"{json.dumps(figures, indent=2)}\n"


@contextlib.contextmanager
def _database() -> Iterator[tuple["psycopg.Connection", str, str]]:
    """A migrated database of this run: a connection to the server, the address, the name."""
    name = f"nexus_bench_{os.getpid()}"
    with contextlib.ExitStack() as stack:
        server = os.environ.get("NEXUS_TEST_SERVER") or os.environ.get("DATABASE_URL")
        os.environ["NEXUS_TEST_SERVER"] = server or stack.enter_context(postgres.running())
        admin = stack.enter_context(database.admin_connection())
        database.clone(admin, database.ensure_template(admin), name)
        stack.callback(database.drop, admin, name)
        yield admin, database.address_of(name), name


def _environment() -> dict[str, str]:
    """The shop's own settings, not those of the tests."""
    return {
        "DJANGO_SETTINGS_MODULE": "nexus_shop.settings",
        "RATE_LIMIT_SCALE": SCALE,
        "UNPAID_ORDERS_PER_CLIENT": "1000000000",
    }


def _prepare(address: str, products: int, composed: int) -> int:
    """Let this process be the shop too, and fill the database; returns the number of SKUs."""
    os.environ.update(_environment(), DATABASE_URL=address, DJANGO_LOG_LEVEL="ERROR")
    django.setup()
    from django.conf import settings

    from tests.performance import catalogue

    settings.ALLOWED_HOSTS.append("testserver")
    begin = time.monotonic()
    skus = catalogue.fill(products, composed=composed)
    catalogue.add_offers(max(scenario.offers for scenario in SCENARIOS))
    _say(f"{products} products with {skus} SKUs written in {time.monotonic() - begin:.0f} s")
    return skus


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def count_statements(facts: Facts) -> dict[str, int]:
    """The SQL statements of each scenario: the same requests through the same middleware, inside of this process."""
    from django.db import connection

    from tests.performance.catalogue import open_offers
    from tests.performance.statements import statements_of

    call, counts = _inside(), {}
    for scenario in SCENARIOS:
        open_offers(scenario.offers)
        scenario.run(call, facts, 0)
        counts[scenario.name] = len(statements_of(partial(scenario.run, call, facts, 1))[0])
    connection.close()
    return counts


def _inside() -> Call:
    from tests.factories.http import new_client

    client = new_client()

    def call(method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Reply:
        data = () if body is None else (json.dumps(body), "application/json")
        answer = client.generic(method, path, *data, headers=dict(headers or {}))
        return Reply(answer.status_code, {name.lower(): value for name, value in answer.items()}, answer.content)

    return call


def measure(
    driver: Driver,
    meter: Meter,
    statements: Mapping[str, int],
    seconds: float,
    scenarios: Sequence[Scenario] = SCENARIOS,
) -> dict[str, Result]:
    """Warm up, then all scenarios in turn, round by round: what else the machine does falls on all of them."""
    for scenario in scenarios:
        _run(driver, meter, scenario, min(WARM_UP, seconds))
    runs: dict[str, list[tuple[int, Usage]]] = {scenario.name: [] for scenario in scenarios}
    for number in range(ROUNDS):
        for scenario in scenarios:
            runs[scenario.name].append(_run(driver, meter, scenario, seconds / ROUNDS))
        _say(f"round {number + 1} of {ROUNDS} done")
    reference = _milliseconds(runs[REFERENCE], "server", "postgres")
    return {scenario.name: _result(scenario, runs[scenario.name], statements, reference) for scenario in scenarios}


def _run(driver: Driver, meter: Meter, scenario: Scenario, seconds: float) -> tuple[int, Usage]:
    from django.db import connection

    from tests.performance.catalogue import open_offers

    is_new = open_offers(scenario.offers)
    connection.close()  # its backend is ours, not the shop's
    if is_new:
        driver.drive(scenario, min(WARM_UP, seconds))  # each process reads the offers anew, once
    before = meter.read()
    count = driver.drive(scenario, seconds)
    return count, meter.read() - before


def _result(
    scenario: Scenario, runs: list[tuple[int, Usage]], statements: Mapping[str, int], reference: float
) -> Result:
    cpu = _milliseconds(runs, "server", "postgres")
    return Result(
        title=scenario.title,
        runs=sum(count for count, _ in runs),
        cpu_ms=round(cpu, 3),
        ratio=round(cpu / reference, 2) if reference else 0.0,
        server_ms=round(_milliseconds(runs, "server"), 3),
        postgres_ms=round(_milliseconds(runs, "postgres"), 3),
        worker_ms=round(_milliseconds(runs, "worker"), 3),
        budget_ms=scenario.budget_ms,
        sql=statements[scenario.name],
        budget_sql=scenario.budget_sql,
    )


def _milliseconds(runs: list[tuple[int, Usage]], *parts: str) -> float:
    """The median of the rounds."""
    return statistics.median(1000 * sum(getattr(usage, part) for part in parts) / count for count, usage in runs)


def table(results: Mapping[str, Result], memory: Memory, heading: str) -> str:
    """The figures as people read them."""
    columns = f"{'':28}{'CPU ms':>8}{'budget':>8}{'ratio':>8}{'server':>9}{'Postgres':>9}{'worker':>8}"
    lines = [heading, "", f"{columns}{'SQL':>6}{'budget':>8}"]
    for result in results.values():
        budget_ms, budget_sql = ("" if it is None else it for it in (result.budget_ms, result.budget_sql))
        cpu = f"{result.cpu_ms:8.2f}{budget_ms:>8}{result.ratio:8.1f}"
        parts = f"{result.server_ms:9.2f}{result.postgres_ms:9.2f}{result.worker_ms:8.2f}"
        lines.append(f"{result.title:28}{cpu}{parts}{result.sql:6}{budget_sql:>8}   {result.verdict}".rstrip())
    verdict = "OK" if memory.web <= MEMORY_BUDGET else "OVER"
    lines += [
        "",
        f"{'memory, PSS MB':28}{'':>8}{'budget':>8}",
        f"{f'{WORKERS} web processes':28}{memory.web:8.0f}{MEMORY_BUDGET:8}   {verdict}",
        f"{'worker':28}{memory.worker:8.0f}",
        f"{'PostgreSQL':28}{memory.postgres:8.0f}",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
