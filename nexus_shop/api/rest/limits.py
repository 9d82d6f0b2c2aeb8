"""Which rate limits apply to a request, and their headers (RateLimit and RateLimit-Policy, IETF draft 11)."""

from collections.abc import Iterable
from typing import Any, Final

from forked_apps.basket.values import hash_of_token
from nexus_shop.core.limits import State, count_local, count_shared, limit

from .clients import address_of, cart_token_of
from .errors import ApiError

READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def client_of(request: Any) -> str:
    """The one who is limited: the login, else the cart token, else the address."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return f"user:{user.pk}"
    token = cart_token_of(request)
    return f"cart:{hash_of_token(token)}" if token else f"address:{address_of(request)}"


def count_request(request: Any, *, is_public: bool, names: Iterable[str] = ()) -> list[State]:
    """Count a request against the limits that apply. Raises ApiError `rate_limited` with Retry-After.

    Public reads are limited by address; `names` are the view's own limits, for the same client. A guest's writes count
    against the address too: a token costs nothing to invent.
    """
    if request.method in READS:
        client = f"address:{address_of(request)}" if is_public else client_of(request)
        states = [count_local(limit("read"), client)]
    else:
        client = client_of(request)
        general = "anonymous" if client.startswith("address:") else "user"
        wanted = [(name, client) for name in (general, *names)]
        if client.startswith("cart:"):
            wanted.append(("guest_writes", f"address:{address_of(request)}"))
        states = count_shared([(limit(name), who) for name, who in wanted])
    return refuse_excess(states)


def count_for(wanted: Iterable[tuple[str, str]]) -> list[State]:
    """Count against named limits of named clients, across processes. Raises ApiError `rate_limited`."""
    return refuse_excess(count_shared([(limit(name), client) for name, client in wanted]))


def count_guesses(request: Any, codes: int) -> list[State]:
    """Count each of so many codes of vouchers against the login, else the address: a token costs a guesser nothing.

    Raises ApiError `rate_limited` at the first one too many.
    """
    user = request.user
    guesser = f"user:{user.pk}" if user.is_authenticated else f"address:{address_of(request)}"
    states: list[State] = []
    for _ in range(codes):
        states = count_for([("voucher", guesser)])
    return states


def refuse_excess(states: list[State]) -> list[State]:
    """The states, if none is exceeded."""
    exceeded = [state for state in states if state.is_exceeded]
    if exceeded:
        error = ApiError("rate_limited")
        error.headers = headers_of(states) | {"Retry-After": str(max(state.resets_in for state in exceeded))}
        raise error
    return states


def headers_of(states: list[State]) -> dict[str, str]:
    """RateLimit-Policy and RateLimit of the states."""
    return {
        "RateLimit-Policy": ", ".join(f'"{s.limit.name}";q={s.limit.quota};w={s.limit.window}' for s in states),
        "RateLimit": ", ".join(f'"{s.limit.name}";r={s.remaining};t={s.resets_in}' for s in states),
    }
