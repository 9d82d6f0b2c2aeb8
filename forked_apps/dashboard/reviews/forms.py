"""Oscar's hooks for the forms on reviews."""

from oscar.apps.dashboard.reviews.forms import DashboardProductReviewForm
from oscar.apps.dashboard.reviews.forms import ProductReviewSearchForm as OscarProductReviewSearchForm

from forked_apps.dashboard.dates import WithinCalendar

__all__ = ["DashboardProductReviewForm", "ProductReviewSearchForm"]


class ProductReviewSearchForm(WithinCalendar, OscarProductReviewSearchForm):
    """Which reviews. Oscar 4.2.1 fails on the ends of the calendar."""
