"""Periodic work on accounts."""

from datetime import timedelta

from celery import shared_task
from django.db.models.functions import Now

from .models import TokenFamily


@shared_task
def purge_token_families_task() -> None:
    """Forget logins that ended more than a week ago."""
    TokenFamily.objects.filter(expires_at__lt=Now() - timedelta(days=7)).delete()
