"""A start that would be unsafe or senseless is refused, and says why; nothing it says holds a secret."""

import os
import subprocess
import sys
from typing import Final

import pytest

from nexus_shop.core.postgres import ROOT

PASSWORD: Final = "hunter2hunter2"
START: Final = "import nexus_shop.settings as s; print(s.DATABASES['default']['NAME'], s.RATE_LIMITS['login'])"


def start(**changes: str) -> subprocess.CompletedProcess[str]:
    """Read the settings in a process of their own: the tests' environment with the changes."""
    environment = {"PATH": os.environ["PATH"], "NEXUS_ENV_FILE": str(ROOT / "tests" / "test.env")} | changes
    command = [sys.executable, "-c", START]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_settings_follow_the_environment() -> None:
    started = start(DATABASE_URL=f"postgresql://shop:{PASSWORD}@db.example/shop", RATE_LIMIT_LOGIN="7/day")
    assert (started.stdout, started.stderr) == ("shop 7/day\n", "")


@pytest.mark.parametrize(
    ("variable", "value", "reason"),
    [
        ("NEXUS_ENV_FILE", os.devnull, "Set the environment variable JWT_SECRET_KEY:"),
        ("DEBUG", "maybe", "DEBUG is true or false, not 'maybe'."),
        ("SECRET_KEY", "short", "SECRET_KEY and JWT_SECRET_KEY need at least 32 characters."),
        ("JWT_SECRET_KEY", "short", "SECRET_KEY and JWT_SECRET_KEY need at least 32 characters."),
        ("DEFAULT_CURRENCY", "KWD", "DEFAULT_CURRENCY=KWD: Oscar stores two decimals."),
        ("DEFAULT_CURRENCY", "QQQ", "DEFAULT_CURRENCY: 'QQQ' is not an ISO 4217 currency."),
        ("TAX_RATE", "20", "TAX_RATE=20: 20 % is written 0.20."),
        ("TAX_RATE", "-0.2", "TAX_RATE is zero or more, not '-0.2'."),
        ("TAX_RATE", "a fifth", "TAX_RATE is a decimal number, not 'a fifth'."),
        ("SHIPPING_FLAT_PRICE", "Infinity", "SHIPPING_FLAT_PRICE is zero or more, not 'Infinity'."),
        ("DB_LOCK_TIMEOUT_MS", "soon", "DB_LOCK_TIMEOUT_MS is a whole number, not 'soon'."),
        ("DB_LOCK_TIMEOUT_MS", "-1", "DB_LOCK_TIMEOUT_MS is zero or more, not '-1'."),
        ("RATE_LIMIT_LOGIN", "5 a minute", "RATE_LIMIT_LOGIN is a rate like 100/hour, not '5 a minute'."),
        ("RATE_LIMIT_LOGIN", "0/minute", "RATE_LIMIT_LOGIN is a rate like 100/hour, not '0/minute'."),
        ("TRUSTED_PROXIES", "10.0.0.1/8", "TRUSTED_PROXIES: 10.0.0.1/8 has host bits set."),
        ("SHOP_LANGUAGES", "en,qq-ch", "SHOP_LANGUAGES: Django knows no language 'qq-ch' (lower case, as in pt-br)."),
        ("SHOP_LANGUAGES", "en,de-CH", "SHOP_LANGUAGES: Django knows no language 'de-CH'"),
        ("SHOP_LANGUAGES", "en,de-nowhere", "SHOP_LANGUAGES: Django knows no language 'de-nowhere'"),
        ("DATABASE_URL", f"mysql://shop:{PASSWORD}@db/shop", "DATABASE_URL is an address like postgresql://"),
    ],
)
def test_start_is_refused(variable: str, value: str, reason: str) -> None:
    refused = start(**{variable: value})
    assert refused.returncode == 1
    assert f"ImproperlyConfigured: {reason}" in refused.stderr
    assert PASSWORD not in refused.stderr


def test_debug_on_a_host_that_others_reach_is_refused() -> None:
    assert start(DEBUG="true", ALLOWED_HOSTS="127.0.0.1,localhost").returncode == 0
    refused = start(DEBUG="true", ALLOWED_HOSTS="127.0.0.1,shop.example")
    assert refused.returncode == 1
    assert "ImproperlyConfigured: DEBUG shows code and secrets" in refused.stderr


def test_token_key_that_is_the_other_key_again_is_refused() -> None:
    key = "one-key-for-everything-0000000000000000000000000000"
    refused = start(SECRET_KEY=key, JWT_SECRET_KEY=key)
    assert refused.returncode == 1
    assert "ImproperlyConfigured: JWT_SECRET_KEY is a key of its own" in refused.stderr
    assert key not in refused.stderr


def test_cookies_are_safe_unless_told_otherwise() -> None:
    environment = {"PATH": os.environ["PATH"], "NEXUS_ENV_FILE": os.devnull, "ALLOWED_HOSTS": "shop.example"}
    environment |= {"SECRET_KEY": "s" * 50, "JWT_SECRET_KEY": "j" * 64}
    wanted = (
        "import nexus_shop.settings as s; print(s.DEBUG, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,"
        " s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS, s.SESSION_COOKIE_NAME)"
    )
    command = [sys.executable, "-c", wanted]
    printed = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout
    assert printed == "False True True True 31536000 __Host-session\n"


REGIONS: Final = """
import django
django.setup()
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.utils.translation import get_language_info, gettext, override
from forked_apps.catalogue.models import Product
call_command("check")
print(settings.LANGUAGES[-1], settings.LANGUAGE_FALLBACKS['de-ch'], get_language_info("de-ch")["name"])
with override("de-ch"):
    print(gettext("Out of stock"), Product(title="Mug", i18n={"title_de_ch": "Beckeli"}).title_i18n)
settings.ALLOWED_HOSTS.append("testserver")
for path in ("/staff/login/", "/dashboard/", "/admin/", "/cms/"):
    print(Client(headers={"accept-language": "de-ch"}).get(path, secure=True).status_code)
"""


def test_language_of_a_region_is_taken_where_its_base_is_known(own_database: str) -> None:
    environment = {"PATH": os.environ["PATH"], "NEXUS_ENV_FILE": str(ROOT / "tests" / "test.env")}
    environment |= {"SHOP_LANGUAGES": "en,de,fr,de-ch", "LANGUAGE_FALLBACKS": "de-ch:de:fr"}
    environment |= {"DATABASE_URL": own_database, "DJANGO_SETTINGS_MODULE": "nexus_shop.settings"}
    command = [sys.executable, "-c", REGIONS]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()[-6:]
    assert lines[0] == "('de-ch', 'Deutsch (CH)') ['de', 'fr'] German"
    assert lines[1] == "Ausverkauft Beckeli"
    assert lines[2:] == ["200", "302", "302", "302"]
