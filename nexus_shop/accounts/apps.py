"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The user, logins of the API (token families), role groups, the staff's login page."""

    name = "nexus_shop.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Make the role groups after each migration."""
        from django.db.models.signals import post_migrate  # noqa: PLC0415 - apps must be loaded

        from .roles import make_roles  # noqa: PLC0415

        post_migrate.connect(make_roles, dispatch_uid="nexus_shop.accounts.roles")
