"""JSON over HTTP for gateways, with the port's time-outs and errors."""

import json
from collections.abc import Mapping
from typing import Any, Final

import urllib3

from .base import CONNECT_SECONDS, READ_SECONDS, Declined, Misconfigured, Unavailable

MAX_BYTES: Final = 1024 * 1024
NOT_SENT: Final = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)


def ask(
    method: str,
    url: str,
    *,
    body: Any = None,
    headers: Mapping[str, str] | None = None,
    read_seconds: float = READ_SECONDS,
) -> Any:
    """Send JSON and read JSON; None for 404.

    A connection of its own for each call: a kept one that the other end has closed cannot be told from a lost answer.
    Raises Unavailable (certain where the request was not sent, or was refused unread by 429), Misconfigured for 401
    and 403, Declined for 402 with the body's `error`.
    """
    timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=read_seconds)
    sent = {"Content-Type": "application/json", "Accept": "application/json", **(headers or {})}
    data = None if body is None else json.dumps(body).encode()
    with urllib3.PoolManager(retries=False, timeout=timeout) as pool:
        try:
            answer = pool.request(method, url, body=data, headers=sent, preload_content=False, redirect=False)
            content = answer.read(MAX_BYTES)
            answer.close()
        except NOT_SENT:
            raise Unavailable("unreachable", is_certain=True) from None
        except urllib3.exceptions.HTTPError:
            raise Unavailable("no_answer", is_certain=False) from None
    return _read(answer.status, content, answer.headers.get("Retry-After", ""))


def _read(status: int, content: bytes, retry_after: str) -> Any:
    if status == 429:
        seconds = int(retry_after) if retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 5 else 5
        raise Unavailable("too_many_requests", is_certain=True, retry_after=max(1, seconds))
    if status in {401, 403}:
        raise Misconfigured(f"status_{status}")
    if status == 404:
        return None
    try:
        value = json.loads(content)
    except ValueError:
        raise Unavailable("garbage", is_certain=False) from None
    if status == 402:
        reason = value.get("error") if isinstance(value, dict) else None
        raise Declined(str(reason or "declined")[:64])
    if status >= 300:
        raise Unavailable(f"status_{status}", is_certain=False)
    return value
