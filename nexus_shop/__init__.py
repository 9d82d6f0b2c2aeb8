"""Nexus Shop: the Django project and the apps that Oscar does not have."""

from .celery import app as celery_app

__all__ = ["celery_app"]
