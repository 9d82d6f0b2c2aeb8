"""Who is at the other end: the address, and the cart token."""

import hashlib
from typing import Any, Final

from nexus_shop.core.clients import address_of

__all__ = ["CART_HEADER", "address_of", "cart_token_of", "order_client_of"]

CART_HEADER: Final = "HTTP_X_CART_TOKEN"
MAX_TOKEN: Final = 100


def cart_token_of(request: Any) -> str | None:
    """The cart token that was sent, if any."""
    token: str = request.META.get(CART_HEADER, "").strip()
    return token[:MAX_TOKEN] or None


def order_client_of(request: Any) -> str:
    """Whom unpaid orders and held stock count to, as it is stored: the login, else the address."""
    user = request.user
    name = f"user:{user.pk}" if user.is_authenticated else f"address:{address_of(request)}"
    return hashlib.sha256(name.encode()).hexdigest()
