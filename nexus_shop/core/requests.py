"""The id of the request at hand: taken from X-Request-Id or made, echoed, logged, kept with events."""

import logging
import re
import secrets
from contextvars import ContextVar
from typing import Final

_ACCEPTED: Final = re.compile(r"[A-Za-z0-9._:-]{1,64}", re.ASCII)

request_id: ContextVar[str] = ContextVar("request_id", default="")


def start_request(given: str | None) -> str:
    """Name the request that begins here: the client's id if it is short and plain, else a random one."""
    chosen = given if given and _ACCEPTED.fullmatch(given) else secrets.token_hex(8)
    request_id.set(chosen)
    return chosen


class RequestIdFilter(logging.Filter):
    """Adds `request_id` to log records."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, named."""
        record.request_id = request_id.get() or "-"
        return True
