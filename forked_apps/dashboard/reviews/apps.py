"""The dashboard.reviews fork."""

from oscar.apps.dashboard.reviews.apps import ReviewsDashboardConfig as OscarReviewsDashboardConfig


class ReviewsDashboardConfig(OscarReviewsDashboardConfig):
    """Reviews in the dashboard."""

    name = "forked_apps.dashboard.reviews"
