"""Oscar's admin, and the mails about orders, to look at."""

from django.contrib import admin
from oscar.apps.communication.admin import *  # noqa: F403

from nexus_shop.core.admin import make_read_only

from .models import Email, OrderMail


@admin.register(OrderMail)
class OrderMailAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic when it runs
    """What was sent to whom, and what could not be."""

    list_display = ("order", "kind", "email", "state", "attempts", "sent_at")
    list_filter = ("state", "kind")
    search_fields = ("order__number", "email")
    list_select_related = ("order",)


make_read_only(Email, OrderMail)
