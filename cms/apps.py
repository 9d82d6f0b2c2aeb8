"""The CMS app."""

from django.apps import AppConfig


class CmsConfig(AppConfig):
    """Content pages on Wagtail."""

    name = "cms"
    verbose_name = "Content"

    def ready(self) -> None:
        """Leave accounts to superusers."""
        from .permissions import close_accounts  # noqa: PLC0415 - apps must be loaded

        close_accounts()
