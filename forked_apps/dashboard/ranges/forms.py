"""Oscar's hook for the forms on ranges."""

from typing import ClassVar

from oscar.apps.dashboard.ranges.forms import RangeForm as OscarRangeForm
from oscar.apps.dashboard.ranges.forms import RangeProductForm

from forked_apps.dashboard.catalogue.widgets import CategorySelectMultiple

__all__ = ["RangeProductForm"]


class RangeForm(OscarRangeForm):
    """Oscar 4.2.1 sends all categories, twice, and asks the database for the way to each."""

    class Meta(OscarRangeForm.Meta):
        widgets: ClassVar = {
            "included_categories": CategorySelectMultiple(),
            "excluded_categories": CategorySelectMultiple(),
        }
