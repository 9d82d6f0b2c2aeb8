"""The CMS app."""

from django.apps import AppConfig


class CmsConfig(AppConfig):
    """Content pages on Wagtail."""

    name = "cms"
    verbose_name = "Content"
