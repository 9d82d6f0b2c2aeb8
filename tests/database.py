"""The tests' databases: one migrated template, cloned for each pytest process. A pytest plugin (`-p tests.database`).

It is loaded before Django's settings are: it starts the embedded server (unless DATABASE_URL names one), makes the
template when the migrations have changed, clones it and names the clone in the environment.
"""

import contextlib
import hashlib
import os
import subprocess
import sys
from collections.abc import Generator, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from nexus_shop.core import postgres

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("nexus_shop", "forked_apps", "cms")
os.environ["NEXUS_ENV_FILE"] = str(ROOT / "tests" / "test.env")
os.environ["DJANGO_SETTINGS_MODULE"] = "nexus_shop.settings.test"  # importing nexus_shop has set another
_open = contextlib.ExitStack()


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None, object, object]:
    """Make this process its database. A wrapper: pytest-django asks to be first, and reads the settings then."""
    server = os.environ.get("NEXUS_TEST_SERVER") or os.environ.get("DATABASE_URL")
    os.environ["NEXUS_TEST_SERVER"] = server or _open.enter_context(postgres.running())
    name = f"nexus_test_{os.getpid()}"
    with admin_connection() as admin:
        clone(admin, ensure_template(admin), name)
    os.environ["DATABASE_URL"] = address_of(name)
    _open.callback(_drop_own, name)
    return (yield)


def pytest_unconfigure() -> None:
    """Drop the clone and let the server go."""
    _open.close()


def _drop_own(name: str) -> None:
    with contextlib.suppress(psycopg.Error), admin_connection() as admin:
        drop(admin, name)


@contextlib.contextmanager
def admin_connection() -> Iterator[psycopg.Connection]:
    """A connection that may make and drop databases."""
    with psycopg.connect(address_of("postgres"), autocommit=True) as connection:
        yield connection


def address_of(name: str) -> str:
    """The DATABASE_URL of a database on the tests' server."""
    parameters = conninfo_to_dict(os.environ["NEXUS_TEST_SERVER"])
    return make_conninfo("", **(parameters | {"dbname": name}))


def clone(admin: psycopg.Connection, template: str, name: str) -> None:
    """A fresh database like the template; commits need not reach the disk in it."""
    drop(admin, name)
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")  # ten times as fast for many small tables
    admin.execute(create.format(sql.Identifier(name), sql.Identifier(template)))
    admin.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(sql.Identifier(name)))


def drop(admin: psycopg.Connection, name: str) -> None:
    """Drop the database if it is there, whoever is connected."""
    admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def ensure_template(admin: psycopg.Connection) -> str:
    """The name of the migrated template of the present migrations; made once, rivals wait."""
    name = f"nexus_template_{_digest()}"
    admin.execute("SELECT pg_advisory_lock(7304)")
    try:
        if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s AND datistemplate", [name]).fetchone():
            return name
        print("Migrating a template database, once for these migrations (about a minute)…", file=sys.stderr, flush=True)
        for (old,) in admin.execute("SELECT datname FROM pg_database WHERE datname LIKE 'nexus_template_%'").fetchall():
            admin.execute(sql.SQL("ALTER DATABASE {} IS_TEMPLATE false").format(sql.Identifier(old)))
            drop(admin, old)
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        environment = os.environ | {"DATABASE_URL": address_of(name)}
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
        subprocess.run(migrate, cwd=ROOT, env=environment, check=True)
        admin.execute(sql.SQL("ALTER DATABASE {} IS_TEMPLATE true").format(sql.Identifier(name)))
    finally:
        admin.execute("SELECT pg_advisory_unlock(7304)")
    return name


def _digest() -> str:
    """A digest of every migration of ours and of the locked versions of everybody else's."""
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    sources = [
        "nexus_shop/accounts/roles.py",
        *(str(path) for package in PACKAGES for path in sorted((ROOT / package).glob("**/migrations/*.py"))),
    ]
    for path in sources:
        digest.update((ROOT / path).read_bytes())
    return digest.hexdigest()[:12]
