"""The Idempotency-Key of a request (IETF draft-ietf-httpapi-idempotency-key-header)."""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any, Final, TypeVar

from django.conf import settings

from nexus_shop.core.errors import DomainError
from nexus_shop.core.idempotency import Answer, run_once
from nexus_shop.core.idempotency import forget as forget_answer
from nexus_shop.core.idempotency import is_answered as has_answer
from nexus_shop.core.idempotency import refuse_reused as refuse_reused_key

from .errors import ApiError
from .limits import client_of

R = TypeVar("R")

HEADER: Final = "HTTP_IDEMPOTENCY_KEY"
_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)


def key_of(request: Any) -> str | None:
    """The request's key, quotes of a structured field taken off. Raises ApiError `idempotency_key_invalid`."""
    key: str | None = request.META.get(HEADER)
    if key is None:
        return None
    key = key.strip()
    if len(key) > 1 and key.startswith('"') and key.endswith('"'):
        key = key[1:-1]
    if not _KEY.fullmatch(key):
        raise ApiError("idempotency_key_invalid", "The Idempotency-Key has 1 to 255 visible ASCII characters.")
    return key


def scope_of(request: Any) -> str:
    """Principal and route: nobody is answered with another's answer."""
    return f"{client_of(request)} {request.method} {request.path}"


def fingerprint_of(request: Any) -> str:
    """The digest of the body and of the query."""
    digest = hashlib.sha256(request.META.get("QUERY_STRING", "").encode())
    digest.update(b"\0")
    digest.update(request.raw_body)
    return digest.hexdigest()


def cart_token_for(request: Any, nonce: str) -> str:
    """The token of the cart that a first write makes: derived, so that a replay has it though it is not stored.

    The nonce is stored with the answer: a key used again after its answer has expired makes another token.
    """
    words = f"cart-token\0{scope_of(request)}\0{key_of(request)}\0{nonce}".encode()
    return (
        urlsafe_b64encode(hmac.new(settings.SECRET_KEY.encode(), words, hashlib.sha256).digest()).decode().rstrip("=")
    )


def run(request: Any, key: str, operation: Callable[[], R], render: Callable[[R | DomainError], Answer]) -> Answer:
    """Run the operation once for this key and principal; see `core.idempotency.run_once`."""
    return run_once(scope_of(request), key, fingerprint=fingerprint_of(request), operation=operation, render=render)


def is_answered(request: Any, key: str) -> bool:
    """Whether this key was answered for the same request of this principal: it is going to be replayed."""
    return has_answer(scope_of(request), key, fingerprint=fingerprint_of(request))


def refuse_reused(request: Any, key: str) -> None:
    """Raise KeyReused where this key was answered for another request of this principal."""
    refuse_reused_key(scope_of(request), key, fingerprint=fingerprint_of(request))


def forget(request: Any, key: str, answer: Answer) -> None:
    """Let the key be used anew: what it was answered with is no effect that has to stay one."""
    forget_answer(scope_of(request), key, answer)


__all__ = ["cart_token_for", "forget", "is_answered", "key_of", "refuse_reused", "run", "scope_of"]
