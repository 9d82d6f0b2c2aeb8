"""Periodic work on carts."""

from datetime import timedelta
from typing import Final

from celery import shared_task
from django.db.models.functions import Now

from .models import Basket

GUEST_CART_AGE: Final = timedelta(days=90)


@shared_task
def purge_abandoned_carts_task() -> None:
    """Forget guests' open carts that nobody has touched for 90 days. Carts of logins stay."""
    old = Basket.objects.filter(status=Basket.OPEN, owner=None, date_created__lt=Now() - GUEST_CART_AGE)
    old.exclude(lines__date_updated__gte=Now() - GUEST_CART_AGE).delete()
