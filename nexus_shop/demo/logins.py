"""The accounts of the demo shop. Their passwords are published: the demo loads only on loopback hosts."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Login:
    """One demo account; `group` is its role group, `partner` the partner that it works for."""

    role: str
    email: str
    username: str
    password: str
    first_name: str
    last_name: str
    group: str | None = None
    is_staff: bool = False
    is_superuser: bool = False
    partner: str | None = None


LOGINS: Final = (
    Login(
        *("Admin", "admin@example.com", "admin", "demo-admin-pass", "Ada", "Admin"),
        group="Admin",
        is_staff=True,
        is_superuser=True,
    ),
    Login(
        *("Merchant", "merchant@example.com", "merchant", "demo-merchant-pass", "Mia", "Merchant"),
        group="Staff",
        is_staff=True,
    ),
    Login(
        *("Partner staff", "partner@example.com", "partner", "demo-partner-pass", "Pete", "Partner"),
        group="Partner staff",
        partner="Northern workshop",
    ),
    Login(
        *("Editor", "editor@example.com", "editor", "demo-editor-pass", "Edna", "Editor"),
        group="Editor",
    ),
    Login(*("Customer", "customer@example.com", "customer", "demo-customer-pass", "Carl", "Customer")),
    Login(*("Customer", "clara@example.com", "clara", "demo-customer-pass", "Clara", "Client")),
)
