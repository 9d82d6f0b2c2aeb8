"""The command: whom it refuses."""

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from forked_apps.catalogue.models import Product
from nexus_shop.accounts.models import User


def test_demo_load_is_refused_where_strangers_come(own_database: str, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["127.0.0.1", "shop.example"]
    with pytest.raises(CommandError, match=r"passwords are published.*shop\.example"):
        call_command("demo", "load")
    assert User.objects.count() == 0
    assert Product.objects.count() == 0


def test_demo_load_is_refused_where_any_host_will_do(own_database: str, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    with pytest.raises(CommandError, match="--force"):
        call_command("demo", "load")
    assert User.objects.count() == 0


def test_demo_load_by_force(demo_shop: None, settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    settings.ALLOWED_HOSTS = ["shop.example"]
    call_command("demo", "load", "--force")
    assert capsys.readouterr().out.splitlines()[0] == "  Pictures drawn: nothing new"
