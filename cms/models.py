"""Wagtail finds page types here."""

from .pages.content import ContentPage
from .pages.home import HomePage

__all__ = ["ContentPage", "HomePage"]
