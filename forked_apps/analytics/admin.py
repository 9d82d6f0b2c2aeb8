"""Oscar's admin."""

from oscar.apps.analytics.admin import *  # noqa: F403
