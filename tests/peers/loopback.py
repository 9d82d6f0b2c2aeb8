"""A gateway that exists: a stateful HTTP server on 127.0.0.1 that does as it is told, and the shop's client of it.

It keeps one charge for each key, however often it is asked, and counts how often it really took money. What it does
with a new charge stands in `script` (the next one first), else in the request's `data`: {"behaviour": "decline"}.
"""

import json
import os
import socket
import struct
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from django.conf import settings
from django.utils.functional import Promise

from forked_apps.payment.gateways.base import (
    READ_SECONDS,
    ChargeRequest,
    ChargeResult,
    EventMalformed,
    EventRefused,
    IncomingEvent,
    NextAction,
    RefundRequest,
    Unavailable,
)
from forked_apps.payment.gateways.http import ask
from forked_apps.payment.gateways.signatures import signature, verify

SECRETS: Final = ("loopback-secret-of-today", "loopback-secret-of-yesterday")
ACCOUNT: Final = "shop-1"
BEHAVIOURS: Final = (
    *("approve", "authorise", "action", "decline", "time_out_before", "time_out_after", "error", "error_after"),
    *("too_many", "reset", "reset_after", "garbage", "garbage_after", "wrong_amount", "wrong_currency", "forbidden"),
)


@dataclass
class Charge:
    """What the gateway knows of a charge."""

    key: str
    amount: str
    currency: str
    status: str
    reference: str
    refunds: dict[str, str] = field(default_factory=dict)  # key -> amount

    def as_json(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in ("key", "amount", "currency", "status", "reference")}


class Loopback:
    """The gateway's books and its server."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.charges: dict[str, Charge] = {}
        self.script: deque[str] = deque()
        self.taken: Counter[str] = Counter()  # key -> how often money was really taken
        self.paid_back: Counter[str] = Counter()  # key of the refund -> how often
        self.asked: Counter[str] = Counter()  # path -> how often
        self.silence = 30.0  # seconds that a time-out lasts at most
        self.is_closing = threading.Event()
        self.server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"books": self}))
        self.server.daemon_threads = True
        self.server.block_on_close = False

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def net(self) -> Decimal:
        """All the money that was taken and not given back."""
        with self.lock:
            taken = sum((Decimal(c.amount) for c in self.charges.values() if self.taken[c.key]), Decimal(0))
            back = sum((Decimal(a) for c in self.charges.values() for a in c.refunds.values()), Decimal(0))
            return taken - back

    def take(self, key: str) -> None:
        """The shopper has confirmed at the gateway; or what was put aside is taken."""
        with self.lock:
            charge = self.charges[key]
            if charge.status in {"requires_action", "authorised"}:
                charge.status = "captured"
                self.taken[key] += 1

    def event(self, key: str, *, status: str = "", event_id: str = "", **changes: Any) -> bytes:
        """The body of a webhook on a charge."""
        charge = self.charges[key].as_json()
        body = {"id": event_id or f"evt-{key}-{status or charge['status']}", "type": "charge", "account": ACCOUNT}
        return json.dumps(body | {"charge": charge | ({"status": status} if status else {})} | changes).encode()

    def answer(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, Any, str]:
        """(status, JSON, what happens instead of the answer)."""
        parts = path.strip("/").split("/")
        with self.lock:
            self.asked[parts[-1] if len(parts) > 2 else f"{method} {parts[0]}"] += 1
            if parts == ["charges"]:
                return self._charge(body)
            charge = self.charges.get(parts[1])
            if len(parts) == 2:
                return (404, None, "") if charge is None else (200, charge.as_json(), "")
            return {"capture": self._capture, "void": self._void, "refunds": self._refund}[parts[2]](parts[1], body)

    def _charge(self, body: dict[str, Any]) -> tuple[int, Any, str]:
        key = body["key"]
        if key in self.charges:
            known = self.charges[key]
            return (402, {"error": "declined"}, "") if known.status == "declined" else (200, known.as_json(), "")
        what = self.script.popleft() if self.script else body["data"].get("behaviour", "approve")
        if what in {"time_out_before", "error", "too_many", "reset", "garbage", "forbidden"}:
            return {"too_many": 429, "forbidden": 403}.get(what, 500), {"error": what}, what
        statuses = {"authorise": "authorised", "action": "requires_action", "decline": "declined"}
        charge = Charge(key, body["amount"], body["currency"], statuses.get(what, "captured"), f"ch_{key[:12]}")
        if what == "wrong_amount":
            charge.amount = str(Decimal(charge.amount) + 1)
        if what == "wrong_currency":
            charge.currency = "USD"
        self.charges[key] = charge
        self.taken[key] += charge.status == "captured"
        if what == "decline":
            return 402, {"error": "insufficient_funds"}, ""
        return (500 if what == "error_after" else 200), charge.as_json(), what.removesuffix("_after")

    def _capture(self, key: str, _: dict[str, Any]) -> tuple[int, Any, str]:
        self.take(key)
        return 200, self.charges[key].as_json(), ""

    def _void(self, key: str, _: dict[str, Any]) -> tuple[int, Any, str]:
        charge = self.charges.setdefault(key, Charge(key, "0", "GBP", "voided", f"ch_{key[:12]}"))
        if charge.status == "captured":
            charge.refunds.setdefault("void", str(Decimal(charge.amount) - sum(map(Decimal, charge.refunds.values()))))
        charge.status = "voided" if charge.status != "declined" else charge.status
        return 200, charge.as_json(), ""

    def _refund(self, key: str, body: dict[str, Any]) -> tuple[int, Any, str]:
        what = self.script.popleft() if self.script else "approve"
        if what == "time_out_before":
            return 500, {}, what
        charge = self.charges[key]
        if body["key"] not in charge.refunds:
            left = Decimal(charge.amount) - sum(map(Decimal, charge.refunds.values()))
            if what == "decline" or Decimal(body["amount"]) > left:
                return 402, {"error": "refund_refused"}, ""
            charge.refunds[body["key"]] = body["amount"]
            self.paid_back[body["key"]] += 1
        refund = {"status": "refunded", "amount": charge.refunds[body["key"]], "currency": charge.currency}
        return 200, refund | {"reference": f"re_{body['key'][:12]}"}, what.removesuffix("_after")


class _Server(ThreadingHTTPServer):
    request_queue_size = 128  # many shoppers come at once


class _Handler(BaseHTTPRequestHandler):
    books: Loopback

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else {}
        status, value, what = self.books.answer(self.command, self.path, body)
        if what in {"time_out_before", "time_out"}:
            self.books.is_closing.wait(self.books.silence)
            return
        if what == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            return
        content = b"<html>what?" if what == "garbage" else json.dumps(value).encode()
        self.send_response(200 if what == "garbage" else status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def handle(self) -> None:
        """One request; whoever has hung up has hung up."""
        try:
            super().handle()
        except OSError:
            self.close_connection = True

    def finish(self) -> None:
        try:
            super().finish()
        except (OSError, ValueError):
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Silence."""


@contextmanager
def running() -> Iterator[Loopback]:
    """A gateway that serves."""
    books = Loopback()
    thread = threading.Thread(target=books.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield books
    finally:
        books.is_closing.set()
        books.server.shutdown()
        thread.join()
        books.server.server_close()


def signed(body: bytes, *, secret: str = SECRETS[0], at: int | None = None) -> dict[str, str]:
    """The headers of a webhook."""
    moment = int(time.time()) if at is None else at
    return {"loopback-signature": f"t={moment},v1={signature(secret, moment, body)}"}


class LoopbackGateway:
    """The shop's client. LOOPBACK_ADDRESS names the server, LOOPBACK_READ_SECONDS shortens the tests' time-outs."""

    code = "loopback"
    name: "str | Promise" = "Loopback"
    description: "str | Promise" = "Pays at a gateway of the tests."

    def is_available(self) -> bool:
        return bool(os.environ.get("LOOPBACK_ADDRESS"))

    def time_to_pay(self) -> timedelta:
        return timedelta(seconds=settings.TIME_TO_PAY_GATEWAY)

    def next_action(self) -> NextAction:
        return NextAction("pay")

    def charge(self, request: ChargeRequest) -> ChargeResult:
        body = {"key": request.key, "amount": str(request.amount), "currency": request.currency}
        return self._result(self._ask("POST", "charges", body | {"data": dict(request.data)}))

    def capture(self, key: str) -> ChargeResult:
        return self._result(self._ask("POST", f"charges/{key}/capture", {}))

    def void(self, key: str) -> ChargeResult:
        return self._result(self._ask("POST", f"charges/{key}/void", {}))

    def refund(self, request: RefundRequest) -> ChargeResult:
        body = {"key": request.key, "amount": str(request.amount)}
        return self._result(self._ask("POST", f"charges/{request.charge_key}/refunds", body))

    def look_up(self, key: str) -> ChargeResult | None:
        found = self._ask("GET", f"charges/{key}")
        return None if found is None else self._result(found)

    def read_event(self, headers: Mapping[str, str], body: bytes) -> IncomingEvent:
        verify(headers.get("loopback-signature", ""), body, secrets=SECRETS)
        try:
            event = json.loads(body)
            if event["account"] != ACCOUNT:
                raise EventRefused
            charge = event["charge"] if event["type"] == "charge" else None
            result = None if charge is None else self._result(charge)
            return IncomingEvent(event["id"], event["type"], event, "" if charge is None else charge["key"], result)
        except (ValueError, KeyError, TypeError, Unavailable):
            raise EventMalformed from None

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        seconds = float(os.environ.get("LOOPBACK_READ_SECONDS", READ_SECONDS))
        return ask(method, f"{os.environ['LOOPBACK_ADDRESS']}/{path}", body=body, read_seconds=seconds)

    def _result(self, value: Any) -> ChargeResult:
        try:
            action = (
                NextAction("redirect", "https://loopback.example/3ds") if value["status"] == "requires_action" else None
            )
            return ChargeResult(
                value["status"], Decimal(value["amount"]), value["currency"], value["reference"], next_action=action
            )
        except (KeyError, TypeError, ArithmeticError):
            raise Unavailable("garbage", is_certain=False) from None
