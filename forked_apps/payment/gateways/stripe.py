"""Stripe's client, as the settings say. Nothing is charged by it yet: its gateway is not written.

Here: one client with a time-out and retries (safe: each call carries an idempotency key), and what is wrong with keys.
"""

from typing import TYPE_CHECKING, Final

from django.conf import settings

if TYPE_CHECKING:
    import stripe
    from stripe._base_address import BaseAddresses

TIMEOUT_SECONDS: Final = 10
RETRIES: Final = 2


def client(api_address: str | None = None) -> "stripe.StripeClient":
    """A client with the shop's secret key. `api_address` is for servers that stand in for Stripe."""
    import stripe  # noqa: PLC0415 - a second of import that only shops with Stripe pay

    addresses: BaseAddresses = {"api": api_address} if api_address else {}
    return stripe.StripeClient(
        settings.STRIPE_SECRET_KEY,
        base_addresses=addresses,
        max_network_retries=RETRIES,
        http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
    )


def key_problems(public: str, secret: str) -> list[str]:
    """What is wrong with a pair of keys; nothing where both are unset or fit each other."""
    if not public and not secret:
        return []
    problems = []
    if not public.startswith(("pk_test_", "pk_live_")):
        problems.append("STRIPE_PUBLIC_KEY does not begin with pk_test_ or pk_live_.")
    if not secret.startswith(("sk_test_", "sk_live_", "rk_test_", "rk_live_")):
        problems.append("STRIPE_SECRET_KEY does not begin with sk_test_ or sk_live_ (or rk_… for a restricted key).")
    if not problems and public[3:7] != secret[3:7]:
        problems.append("STRIPE_PUBLIC_KEY and STRIPE_SECRET_KEY are of different modes (test and live).")
    return problems
