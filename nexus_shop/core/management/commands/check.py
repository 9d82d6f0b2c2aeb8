"""`manage.py check`: Django's, and which parts run embedded."""

from typing import Any

from django.conf import settings
from django.core.management.commands.check import Command as DjangoCheck

from nexus_shop.core import postgres


class Command(DjangoCheck):
    """Run the system checks and say which optional services are outside and which are built in."""

    def handle(self, *app_labels: Any, **options: Any) -> None:
        """Django's checks, then one line for each part."""
        super().handle(*app_labels, **options)
        if not options["list_tags"]:
            for part, state in parts().items():
                self.stdout.write(f"{part}: {state}")


def parts() -> dict[str, str]:
    """Each optional part of the shop and who does it."""
    is_embedded = settings.DATABASES["default"]["HOST"] == str(postgres.socket_folder())
    return {
        "Database": "embedded PostgreSQL" if is_embedded else "your PostgreSQL",
        "Cache and rate limits": "Redis" if settings.REDIS_URL else "embedded (process memory and PostgreSQL)",
        "Tasks": "Celery" if settings.CELERY_BROKER_URL else "embedded (manage.py worker)",
        "Uploads": "S3" if settings.AWS_STORAGE_BUCKET_NAME else "embedded (files)",
        "Card payments": "Stripe keys are set" if settings.STRIPE_SECRET_KEY else "none (manual payment)",
    }
