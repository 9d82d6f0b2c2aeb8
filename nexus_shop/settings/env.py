"""The one reader of the environment. Each variable is declared here once: name, kind, default, meaning.

`tests/architecture/test_environment.py` compares this table with `.env.example`. No secret has a default; a missing
required value stops the start and names itself.
"""

import os
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from ipaddress import ip_network
from pathlib import Path
from typing import Final

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR: Final = Path(__file__).resolve().parents[2]
REQUIRED: Final = object()
RATE: Final = re.compile(r"[1-9]\d{0,8}/(?:second|minute|hour|day)")

# A file of NAME=value lines beside manage.py fills what the environment leaves unset. NEXUS_ENV_FILE names another.
environ.Env.read_env(os.environ.get("NEXUS_ENV_FILE") or BASE_DIR / ".env")
_env = environ.Env()


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable. `kind`: text, flag, number, decimal, rate (5/minute), items or networks (a,b)."""

    kind: str
    default: object
    meaning: str


VARIABLES: Final[dict[str, Variable]] = {
    # Django
    "SECRET_KEY": Variable("text", REQUIRED, "Signs sessions, links and cart tokens of replayed requests."),
    "DEBUG": Variable(
        "flag", False, "Error pages with code. Refused where a host in ALLOWED_HOSTS is not this machine."
    ),
    "ALLOWED_HOSTS": Variable("items", REQUIRED, "Host names that the shop answers to."),
    "CSRF_TRUSTED_ORIGINS": Variable("items", [], "Origins (https://…) whose forms the staff pages accept."),
    "DJANGO_LOG_LEVEL": Variable("text", "INFO", "DEBUG, INFO, WARNING or ERROR."),
    "LANGUAGE_CODE": Variable("text", "en", "The shop's language, where SHOP_LANGUAGES names none."),
    "SHOP_LANGUAGES": Variable("items", [], "Languages of the catalogue, the main one first: en,de,fr."),
    "LANGUAGE_FALLBACKS": Variable(
        "items", [], "Which language stands in for which, before the main one: de-ch:de:fr,nl:de."
    ),
    "TIME_ZONE": Variable("text", "UTC", "For the staff pages; the API always speaks UTC."),
    "STATIC_ROOT": Variable("text", "", "Folder of `collectstatic`. Unset: files are served out of the packages."),
    "MEDIA_ROOT": Variable("text", "var/media", "Folder of uploads where no bucket is set."),
    "MEDIA_URL": Variable("text", "/media/", "Address of uploads: a path, or https://… of a CDN."),
    # Database
    "DATABASE_URL": Variable("text", "", "postgresql://… Unset: DB_NAME and the others, else the embedded server."),
    "DB_NAME": Variable("text", "", "Database name, where DATABASE_URL is unset."),
    "DB_USER": Variable("text", "", "Database user, where DATABASE_URL is unset."),
    "DB_PASSWORD": Variable("text", "", "Database password, where DATABASE_URL is unset."),
    "DB_HOST": Variable("text", "", "Database host, where DATABASE_URL is unset."),
    "DB_PORT": Variable("text", "", "Database port, where DATABASE_URL is unset."),
    "DB_CONN_MAX_AGE": Variable("number", 600, "Seconds that a web process keeps a connection."),
    "DB_PREPARED_READS": Variable("flag", True, "Prepare the hottest statements. Off behind a pooler of transactions."),
    "DB_LOCK_TIMEOUT_MS": Variable("number", 3000, "A web request waits so long for a row lock, then answers 503."),
    "DB_STATEMENT_TIMEOUT_MS": Variable("number", 5000, "A statement of a web request may take so long."),
    # Services; each is optional
    "REDIS_URL": Variable("text", "", "redis://… for cache and rate limits. Unset: this process and PostgreSQL."),
    "CELERY_BROKER_URL": Variable("text", "", "Where tasks are sent. Unset: `manage.py worker` runs them itself."),
    "CELERY_RESULT_BACKEND": Variable("text", "", "Where Celery keeps results. Nothing here needs them."),
    "EMAIL_BACKEND": Variable("text", "django.core.mail.backends.console.EmailBackend", "How mail leaves."),
    "EMAIL_HOST": Variable("text", "localhost", "SMTP server."),
    "EMAIL_PORT": Variable("number", 25, "SMTP port."),
    "EMAIL_USE_TLS": Variable("flag", False, "STARTTLS."),
    "EMAIL_HOST_USER": Variable("text", "", "SMTP user."),
    "EMAIL_HOST_PASSWORD": Variable("text", "", "SMTP password."),
    "DEFAULT_FROM_EMAIL": Variable("text", "shop@localhost", "Sender of the shop's mail."),
    "AWS_ACCESS_KEY_ID": Variable("text", "", "Key for the bucket; a role of the machine serves as well."),
    "AWS_SECRET_ACCESS_KEY": Variable("text", "", "Its secret."),
    "AWS_STORAGE_BUCKET_NAME": Variable("text", "", "Bucket for uploads. Unset: MEDIA_ROOT."),
    "AWS_S3_REGION_NAME": Variable("text", "", "Region of the bucket."),
    "AWS_S3_ENDPOINT_URL": Variable("text", "", "Address of an S3 compatible server that is not Amazon's."),
    "STRIPE_PUBLIC_KEY": Variable("text", "", "pk_… handed to storefronts."),
    "STRIPE_SECRET_KEY": Variable("text", "", "sk_… of the same mode."),
    "OUTGOING_HTTP_ALLOWED_NETWORKS": Variable(
        "networks", [], "Networks (CIDR) that pictures may be fetched from besides the public internet."
    ),
    # API
    "JWT_SECRET_KEY": Variable("text", REQUIRED, "Signs access and refresh tokens; at least 32 characters."),
    "JWT_ACCESS_TOKEN_LIFETIME": Variable("number", 3600, "Seconds."),
    "JWT_REFRESH_TOKEN_LIFETIME": Variable("number", 86400, "Seconds; each refresh starts them anew."),
    "JWT_REFRESH_COOKIE": Variable("flag", False, "Hand the refresh token out in an HttpOnly cookie, not in the body."),
    "CORS_ALLOWED_ORIGINS": Variable("items", [], "Origins of storefronts that may call the API from a browser."),
    "TRUSTED_PROXIES": Variable("networks", [], "Networks (CIDR) of proxies whose X-Forwarded-For is believed."),
    "IDEMPOTENCY_KEY_REQUIRED": Variable("flag", False, "Refuse orders, payments, refunds without an Idempotency-Key."),
    "IF_MATCH_REQUIRED": Variable("flag", False, "Refuse changes by staff over the API without If-Match (428)."),
    "WEB_CONCURRENCY": Variable("number", 2, "Web processes; each counts its share of the read limits."),
    "RATE_LIMIT_SCALE": Variable("decimal", Decimal(1), "Multiplies every rate limit, for load tests."),
    "RATE_LIMIT_ANONYMOUS": Variable("rate", "100/hour", "Writes of one address without login or cart."),
    "RATE_LIMIT_USER": Variable("rate", "1000/hour", "Writes of one login or one cart."),
    "RATE_LIMIT_GUEST_WRITES": Variable("rate", "2000/hour", "Writes of all guests' carts from one address."),
    "RATE_LIMIT_READ": Variable("rate", "600/minute", "Reads of one client."),
    "RATE_LIMIT_LOGIN": Variable("rate", "5/minute", "Logins to one account from one address."),
    "RATE_LIMIT_LOGIN_ACCOUNT": Variable("rate", "20/minute", "Logins to one account from anywhere."),
    "RATE_LIMIT_LOGIN_ADDRESS": Variable("rate", "30/minute", "Logins from one address to any account."),
    "RATE_LIMIT_REGISTER": Variable("rate", "5/hour", "New accounts from one address."),
    "RATE_LIMIT_NEW_CART": Variable("rate", "60/hour", "New guest carts from one address."),
    "RATE_LIMIT_VOUCHER": Variable(
        "rate", "10/minute", "Voucher codes tried by one login, or by guests of one address."
    ),
    "RATE_LIMIT_CHECKOUT": Variable("rate", "10/minute", "Orders placed by one client."),
    "RATE_LIMIT_LOOKUP": Variable("rate", "20/hour", "Links to orders that one address asks for."),
    "RATE_LIMIT_LOOKUP_ORDER": Variable("rate", "5/hour", "Links to the order of one number."),
    # Shop
    "SHOP_NAME": Variable("text", "Nexus Shop", "Shown in the dashboard, the CMS and the mails."),
    "BASE_URL": Variable("text", "http://127.0.0.1:8000", "Where people reach this server; the CMS links to it."),
    "STOREFRONT_URL": Variable(
        "text", "", "Where shoppers' pages are. Unset: Oscar's own addresses are 404, and `seo` names paths."
    ),
    "ORDER_LINK_LIFETIME": Variable("number", 2592000, "Seconds that a signed link to an order opens it."),
    "DEFAULT_CURRENCY": Variable("text", "GBP", "The shop's currency (ISO 4217, at most two decimals)."),
    "PRICES_INCLUDE_TAX": Variable("flag", True, "Prices are entered gross; else net."),
    "TAX_RATE": Variable("decimal", Decimal("0.20"), "The one tax rate: 0.20 is 20 %."),
    "TAX_BY_ADDRESS": Variable("flag", False, "Taxes follow the table of rates and the address, not TAX_RATE."),
    "SHOP_COUNTRY": Variable("text", "GB", "Where the shop is at home (ISO code): the tax contained in gross prices."),
    "NEW_PRODUCT_DAYS": Variable("number", 30, "Days for which a product is new."),
    "SHIPPING_FLAT_PRICE": Variable(
        "decimal", Decimal("4.95"), "Shipping of one order where no method is set up, entered like the prices."
    ),
    "PAYMENT_METHODS": Variable(
        "items", ["manual"], "Ways to pay, the default first: manual, or dotted paths of classes."
    ),
    "TIME_TO_PAY_MANUAL": Variable(
        "number", 604800, "Seconds that an unpaid order by invoice or transfer holds stock."
    ),
    "TIME_TO_PAY_GATEWAY": Variable("number", 900, "Seconds that an unpaid order by a payment gateway holds stock."),
    "UNPAID_ORDERS_PER_CLIENT": Variable(
        "number", 20, "Unpaid orders that one login, or one address, may hold at once."
    ),
    "DEFAULT_PARTNER": Variable(
        "text", "Main warehouse", "Partner of products created without one; made when missing."
    ),
    "DEFAULT_PRODUCT_CLASS": Variable("text", "General", "Class of products created without one; made when missing."),
    # HTTPS
    "SECURE_SSL_REDIRECT": Variable("flag", True, "Send http to https."),
    "SECURE_HSTS_SECONDS": Variable("number", 31536000, "Strict-Transport-Security; 0 switches it off."),
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": Variable("flag", True, "HSTS for sub-domains."),
    "SECURE_HSTS_PRELOAD": Variable("flag", True, "HSTS preload."),
    "SESSION_COOKIE_SECURE": Variable("flag", True, "Staff sessions over https only."),
    "CSRF_COOKIE_SECURE": Variable("flag", True, "CSRF cookie over https only."),
}


def _raw(name: str, kind: str) -> str | None:
    """The text given for `name`, or None where its default holds. An empty value counts as unset."""
    variable = VARIABLES[name]
    if variable.kind != kind:
        raise TypeError(f"{name} is declared as {variable.kind}, read as {kind}")
    value: str = _env.str(name, default="").strip()
    if value:
        return value
    if variable.default is REQUIRED:
        raise ImproperlyConfigured(f"Set the environment variable {name}: {variable.meaning}")
    return None


def text(name: str) -> str:
    """The value of a text variable."""
    value = _raw(name, "text")
    return str(VARIABLES[name].default) if value is None else value


def flag(name: str) -> bool:
    """The value of a yes/no variable: true, 1, yes, on or false, 0, no, off."""
    value = _raw(name, "flag")
    if value is None:
        return bool(VARIABLES[name].default)
    if value.lower() in {"true", "1", "yes", "on"}:
        return True
    if value.lower() in {"false", "0", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} is true or false, not {value!r}.")


def number(name: str) -> int:
    """The value of a whole-number variable; negative ones are refused."""
    value = _raw(name, "number")
    try:
        result = int(str(VARIABLES[name].default if value is None else value))
    except ValueError:
        raise ImproperlyConfigured(f"{name} is a whole number, not {value!r}.") from None
    if result < 0:
        raise ImproperlyConfigured(f"{name} is zero or more, not {value!r}.")
    return result


def decimal(name: str) -> Decimal:
    """The value of a decimal variable; negative and infinite values are refused."""
    value = _raw(name, "decimal")
    try:
        result = Decimal(str(VARIABLES[name].default if value is None else value))
    except InvalidOperation:
        raise ImproperlyConfigured(f"{name} is a decimal number, not {value!r}.") from None
    if not result.is_finite() or result < 0:
        raise ImproperlyConfigured(f"{name} is zero or more, not {value!r}.")
    return result


def rate(name: str) -> str:
    """The value of a rate variable: so many a second, minute, hour or day."""
    value = _raw(name, "rate")
    result = str(VARIABLES[name].default) if value is None else value
    if not RATE.fullmatch(result):
        raise ImproperlyConfigured(f"{name} is a rate like 100/hour, not {result!r}.")
    return result


def items(name: str) -> list[str]:
    """The value of a comma separated variable."""
    return _split(_raw(name, "items"), name)


def networks(name: str) -> list[str]:
    """The value of a comma separated variable of networks; a typing error must not open or close anything."""
    result = _split(_raw(name, "networks"), name)
    for network in result:
        try:
            ip_network(network)
        except ValueError as problem:
            raise ImproperlyConfigured(f"{name}: {problem}.") from None
    return result


def _split(value: str | None, name: str) -> list[str]:
    if value is None:
        default = VARIABLES[name].default
        return list(default) if isinstance(default, list) else []
    return [item.strip() for item in value.split(",") if item.strip()]
