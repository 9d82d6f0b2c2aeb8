"""`make run`: from nothing to a shop, refused where it has to be, ended without a trace, started again."""

import os
import re
import signal
import socket
import time
from collections.abc import Callable

import psutil
import pytest

from tests.commands.browser import Browser
from tests.commands.fresh_copy import START_SECONDS, STOP_SECONDS, FreshCopy, Run, logins_of, wait_for

LEFT = """
SELECT (SELECT count(*) FROM order_order), (SELECT count(*) FROM catalogue_product), (SELECT max(id) FROM basket_basket)
"""


def process_of(shop: FreshCopy, *words: str) -> psutil.Process:
    """The first process of the shop whose command has the words."""
    return next(found for found in shop.processes() if all(word in found.cmdline() for word in words))


def is_gone(shop: FreshCopy) -> bool:
    return shop.processes() == []


def new_cart(shop: FreshCopy) -> str:
    """The token of a cart with one mug."""
    made = Browser(shop.port).send("/api/v1/cart/items/", {"product_id": 1, "quantity": 1})
    assert made.status == 201
    token: str = made.json["token"]
    return token


def quantity_in(shop: FreshCopy, token: str) -> int:
    """What is in the cart: one more is added to see it."""
    line = {"product_id": 1, "quantity": 1}
    answer = Browser(shop.port).send("/api/v1/cart/items/", line, X_Cart_Token=token)
    assert answer.status == 200
    quantity: int = answer.json["items"][0]["quantity"]
    return quantity


def test_first_run_says_what_it_does(first_run: Run, copy: FreshCopy) -> None:
    steps = [
        "Wrote .env with fresh secrets.",
        "Starting the embedded PostgreSQL …",
        "Migrating the database (about a minute the first time) …",
        "  50 migrations applied",
        "  300 migrations applied",
        "  Products: 167",
        f"The shop is up at http://127.0.0.1:{copy.port} (Ctrl-C stops it).",
        f"  API           http://127.0.0.1:{copy.port}/api/v1/products/",
        f"  Dashboard     http://127.0.0.1:{copy.port}/dashboard/",
        f"  CMS           http://127.0.0.1:{copy.port}/cms/",
        f"  Django admin  http://127.0.0.1:{copy.port}/admin/",
        "Demo logins (e-mail address / password):",
        "  Admin         admin@example.com / demo-admin-pass",
    ]
    lines = first_run.output.splitlines()
    assert [line for line in lines if line in steps] == steps
    assert "Traceback" not in first_run.output
    assert "Warning" not in first_run.output


def test_first_run_writes_an_env_file_with_secrets_for_its_owner_alone(first_run: Run, copy: FreshCopy) -> None:
    file = copy.folder / ".env"
    values = dict(line.split("=", 1) for line in file.read_text().splitlines() if not line.startswith("#"))
    assert file.stat().st_mode & 0o777 == 0o600
    keys = [values["SECRET_KEY"], values["JWT_SECRET_KEY"]]
    assert [bool(re.fullmatch(r"[\w-]{64}", key)) for key in keys] == [True, True]
    assert keys[0] != keys[1]
    assert values["ALLOWED_HOSTS"] == "127.0.0.1,localhost"
    assert values["SECURE_SSL_REDIRECT"] == "false"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/", "<h1"),
        ("/swagger/", "swagger-ui"),
        ("/redoc/", "redoc"),
        ("/api/schema/", "openapi: 3"),
        ("/staff/login/", 'type="password"'),
        ("/api/v1/products/", '"results"'),
        ("/api/v1/categories/", '[{"id":1,"name":"Kitchen"'),
        ("/health/db/", ""),
    ],
)
def test_address_answers(shop: FreshCopy, path: str, text: str) -> None:
    page = Browser(shop.port).get(path)
    assert (page.status, page.url) == (200, path)
    assert text in page.text


def test_printed_admin_enters_every_face(first_run: Run, shop: FreshCopy) -> None:
    browser = Browser(shop.port)
    assert browser.log_in("admin@example.com", logins_of(first_run.output)["admin@example.com"]).url == "/dashboard/"
    for path in ("/dashboard/", "/cms/", "/admin/"):
        page = browser.get(path)
        assert (page.status, page.url) == (200, path)


@pytest.mark.parametrize(
    ("email", "first_page"),
    [("merchant@example.com", "/dashboard/"), ("partner@example.com", "/dashboard/"), ("editor@example.com", "/cms/")],
)
def test_printed_login_leads_to_its_face(first_run: Run, shop: FreshCopy, email: str, first_page: str) -> None:
    page = Browser(shop.port).log_in(email, logins_of(first_run.output)[email])
    assert (page.status, page.url) == (200, first_page)


def test_printed_customers_log_in_over_the_api(first_run: Run, shop: FreshCopy) -> None:
    for email in ("customer@example.com", "clara@example.com"):
        body = {"email": email, "password": logins_of(first_run.output)[email]}
        answer = Browser(shop.port).send("/api/v1/auth/login/", body)
        assert (answer.status, answer.json["user"]["email"]) == (200, email)


def test_product_1_and_category_1_are_there_to_be_ordered(shop: FreshCopy) -> None:
    browser = Browser(shop.port)
    product = browser.get("/api/v1/products/1/").json
    assert (product["id"], product["structure"], product["variants"]) == (1, "standalone", [])
    assert product["availability"]["is_available"] is True
    assert [category["id"] for category in browser.get("/api/v1/categories/").json][:1] == [1]
    assert browser.get("/api/v1/products/?category=1").json["count"] > 0
    stock = "SELECT num_in_stock - COALESCE(num_allocated, 0) >= 50 FROM partner_stockrecord WHERE product_id = 1"
    assert shop.query(stock) == "[(True,)]"


def test_second_run_is_refused_and_leaves_the_first_alone(shop: FreshCopy) -> None:
    before = {process.pid for process in shop.processes() if process.name() != "postgres"}
    second = shop.finished()
    runner = process_of(shop, "nexus_shop.run").pid
    assert second.process.returncode == 2
    assert second.output.splitlines()[0] == f"The shop of this checkout runs already (process {runner})."
    assert {process.pid for process in shop.processes() if process.name() != "postgres"} == before
    assert shop.is_healthy()


def test_taken_port_is_refused_and_nothing_runs(copy: FreshCopy, first_run: Run) -> None:
    copy.stop()
    with socket.create_server(("127.0.0.1", copy.port)):
        refused = copy.finished()
    assert refused.process.returncode == 2
    assert refused.output.splitlines()[0] == f"Port {copy.port} is taken. Try: make run PORT={copy.port + 1}"
    assert is_gone(copy)


def test_port_that_is_none_is_refused(copy: FreshCopy) -> None:
    refused = copy.finished(port=65536)
    assert refused.process.returncode == 2
    assert "argument --port: 65536 is no port: 1 to 65535" in refused.output
    assert "Traceback" not in refused.output


@pytest.mark.parametrize(
    ("send", "name"),
    [(os.kill, signal.SIGTERM), (os.killpg, signal.SIGINT), (os.killpg, signal.SIGHUP)],
    ids=["kill", "Ctrl-C", "closed terminal"],
)
def test_stopped_shop_leaves_nothing_behind(
    copy: FreshCopy, first_run: Run, send: Callable[[int, int], None], name: signal.Signals
) -> None:
    run = copy.running()
    send(run.process.pid, name)
    begin = time.monotonic()
    run.process.wait(STOP_SECONDS)
    wait_for(lambda: is_gone(copy), STOP_SECONDS)
    print(f"{name.name}: all ended after {time.monotonic() - begin:.1f} s")
    assert "Traceback" not in run.output


@pytest.mark.parametrize("seconds", [0.0, 1.0])
def test_shop_stopped_while_it_starts_leaves_nothing_behind(copy: FreshCopy, first_run: Run, seconds: float) -> None:
    copy.stop()
    run = copy.begin()
    wait_for(lambda: "Starting the embedded PostgreSQL" in run.output, START_SECONDS)
    time.sleep(seconds)
    os.killpg(run.process.pid, signal.SIGINT)
    run.process.wait(STOP_SECONDS)
    wait_for(lambda: is_gone(copy), STOP_SECONDS)
    assert "Traceback" not in run.output


def test_second_start_is_quick_and_loads_nothing_again(copy: FreshCopy, shop: FreshCopy) -> None:
    before, env = shop.query(LEFT), (shop.folder / ".env").read_bytes()
    copy.stop()
    run = copy.start()
    print(f"second start: {copy.start_seconds:.1f} s")
    assert copy.start_seconds < 30
    assert run.output.splitlines()[:3] == [
        "Starting the embedded PostgreSQL …",
        "",
        f"The shop is up at http://127.0.0.1:{copy.port} (Ctrl-C stops it).",
    ]
    assert copy.query(LEFT) == before
    assert (copy.folder / ".env").read_bytes() == env


def test_killed_shop_starts_again_with_what_was_committed(copy: FreshCopy, shop: FreshCopy) -> None:
    token = new_cart(shop)
    run = copy.running()
    for process in copy.processes():
        if process.name() != "postgres":
            process.kill()
    run.process.wait(STOP_SECONDS)
    again = copy.start()
    assert "Traceback" not in again.output
    assert quantity_in(copy, token) == 2
    copy.stop()
    assert is_gone(copy)


def test_runner_killed_alone_is_followed_by_a_clean_start(copy: FreshCopy, shop: FreshCopy) -> None:
    token = new_cart(shop)
    run = copy.running()
    orphans = {process.pid for process in copy.processes() if process.name() != "postgres"}
    process_of(copy, "nexus_shop.run").kill()
    run.process.wait(STOP_SECONDS)
    again = copy.start()
    assert "Traceback" not in again.output
    assert not orphans & {process.pid for process in copy.processes()}
    assert quantity_in(copy, token) == 2
    copy.stop()
    assert is_gone(copy)


def test_killed_database_server_is_started_by_the_next_run(copy: FreshCopy, shop: FreshCopy) -> None:
    token = new_cart(shop)
    server = copy.folder / "var" / "postgres" / "data" / "postmaster.pid"
    psutil.Process(int(server.read_text().splitlines()[0])).kill()
    copy.stop()
    wait_for(lambda: is_gone(copy), STOP_SECONDS)
    copy.start()
    assert quantity_in(copy, token) == 2


@pytest.mark.parametrize("word", ["nexus_shop.wsgi:application", "worker"])
def test_run_ends_with_a_process_that_ends_by_itself(copy: FreshCopy, shop: FreshCopy, word: str) -> None:
    run = copy.running()
    leaders = [process for process in copy.processes() if os.getpgid(process.pid) == process.pid]
    next(leader for leader in leaders if leader.cmdline()[-1] == word).kill()
    assert run.process.wait(STOP_SECONDS) == 2
    assert "A process of the shop has ended by itself; see above." in run.output
    wait_for(lambda: is_gone(copy), STOP_SECONDS)
