"""PostgreSQL, the only database."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from nexus_shop.core import postgres

from .env import flag, number, text

# Set by wsgi.py: a web request is cut off, a migration or an import is not.
WEB_PROCESS_OPTIONS = (
    f"-c lock_timeout={number('DB_LOCK_TIMEOUT_MS')} -c statement_timeout={number('DB_STATEMENT_TIMEOUT_MS')}"
)


def _connection() -> dict[str, Any]:
    """Connection parameters: DATABASE_URL, else DB_NAME and its kin, else the embedded server of this checkout."""
    if text("DATABASE_URL"):
        parameters = _parse(text("DATABASE_URL"))
    elif text("DB_NAME"):
        parts = {
            "dbname": "DB_NAME",
            "user": "DB_USER",
            "password": "DB_PASSWORD",
            "host": "DB_HOST",
            "port": "DB_PORT",
        }
        parameters = {part: text(name) for part, name in parts.items() if text(name)}
    else:
        parameters = conninfo_to_dict(postgres.url())
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parameters.pop("dbname", ""),
        "USER": parameters.pop("user", ""),
        "PASSWORD": parameters.pop("password", ""),
        "HOST": parameters.pop("host", ""),
        "PORT": str(parameters.pop("port", "")),
        "CONN_MAX_AGE": number("DB_CONN_MAX_AGE"),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": dict(parameters),
    }


def _parse(address: str) -> dict[str, Any]:
    try:
        return dict(conninfo_to_dict(address))
    except ProgrammingError:
        raise ImproperlyConfigured("DATABASE_URL is an address like postgresql://user:password@host/name.") from None


DATABASES = {"default": _connection()}
DB_PREPARED_READS = flag("DB_PREPARED_READS")
