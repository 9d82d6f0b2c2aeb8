"""A shop, its worker, its gateway and its mail server, which outlive the processes that are killed beside them."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connection
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from nexus_shop.core.postgres import ROOT
from nexus_shop.core.worker import drain
from tests.conftest import own_clone
from tests.factories.payments import METHODS, offered
from tests.factories.shop import make_country
from tests.peers.loopback import Loopback
from tests.peers.smtp import MailServer, mail_server
from tests.servers import Shop, free_port, serving

KILLING = "tests.faults.killing_wsgi:application"


@dataclass
class Stage:
    """Who plays. `shop` is a server that nothing befalls; its variables are what the others are started with."""

    database: str
    environment: Mapping[str, str]
    shop: Shop
    gateway: Loopback
    smtp: MailServer

    @contextmanager
    def dying_shop(self, failpoint: str, folder: Path) -> Iterator[Shop]:
        """A server of one process, which ends itself at the failpoint."""
        environment = {**self.environment, "NEXUS_KILL_AT": failpoint, "NEXUS_KILL_FOLDER": str(folder)}
        with serving(self.database, application=KILLING, environment=environment, workers=1) as shop:
            yield shop

    def dying_worker(self, failpoint: str, folder: Path) -> int:
        """Let a worker work until it ends itself; its exit code."""
        variables = {**os.environ, **self.environment, "DATABASE_URL": self.database, "DJANGO_LOG_LEVEL": "ERROR"}
        variables |= {"NEXUS_KILL_AT": failpoint, "NEXUS_KILL_FOLDER": str(folder)}
        variables["DJANGO_SETTINGS_MODULE"] = "nexus_shop.settings"  # those of the tests keep mails to themselves
        command = [sys.executable, "-m", "tests.faults.killing_worker"]
        return subprocess.run(command, cwd=ROOT, env=variables, check=False, timeout=60).returncode

    def work(self) -> None:
        """What a worker does from now on, the leases of the dead being over."""
        with connection.cursor() as cursor:
            cursor.execute("UPDATE core_outboxevent SET due_at = now() WHERE done_at IS NULL AND parked_at IS NULL")
            cursor.execute("UPDATE core_queuedtask SET due_at = now() WHERE parked_at IS NULL")
            cursor.execute("UPDATE communication_ordermail SET due_at = now() WHERE state IN ('waiting', 'sending')")
        drain()


@pytest.fixture(scope="module")
def stage(django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One for all failpoints of a module: each has shoppers of its own."""
    port = free_port()
    mail = {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(port),
    }
    with (
        own_clone(django_db_blocker) as address,
        pytest.MonkeyPatch.context() as patch,
        override_settings(**(mail | {"EMAIL_PORT": port, "STOREFRONT_URL": ""})) as _,
        mail_server(port, tmp_path_factory.mktemp("mails")) as smtp,
        offered(_Settings(), patch) as gateway,
    ):
        make_country("US")
        environment = {**mail, "PAYMENT_METHODS": ",".join(METHODS), "LOOPBACK_ADDRESS": gateway.address}
        environment["LOOPBACK_READ_SECONDS"] = "2"
        with serving(address, environment=environment, workers=2) as shop:
            yield Stage(address, environment, shop, gateway, smtp)


class _Settings:
    """The settings, as `offered` writes them; `override_settings` around it takes them back."""

    def __setattr__(self, name: str, value: object) -> None:
        from django.conf import settings

        setattr(settings, name, value)
