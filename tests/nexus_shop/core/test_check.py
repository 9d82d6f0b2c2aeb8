"""`manage.py check` names the parts that run embedded."""

from io import StringIO

from django.core.management import call_command
from pytest_django import Settings

from nexus_shop.core.management.commands.check import parts


def test_check_says_who_does_each_part() -> None:
    out = StringIO()
    call_command("check", stdout=out)
    assert out.getvalue().splitlines()[0] == "System check identified no issues (0 silenced)."
    assert "Cache and rate limits: embedded (process memory and PostgreSQL)" in out.getvalue()
    tags = StringIO()
    call_command("check", list_tags=True, stdout=tags)
    assert "Cache and rate limits" not in tags.getvalue()


def test_what_is_outside_is_named(settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/1"
    settings.AWS_STORAGE_BUCKET_NAME = "pictures"
    settings.STRIPE_SECRET_KEY = "sk_test_1"
    outside = {name: state for name, state in parts().items() if name != "Database"}
    assert outside == {
        "Cache and rate limits": "Redis",
        "Tasks": "Celery",
        "Uploads": "S3",
        "Card payments": "Stripe keys are set",
    }
