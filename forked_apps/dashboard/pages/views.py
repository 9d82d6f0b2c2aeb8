"""Oscar's hooks for flat pages."""

from oscar.apps.dashboard.pages import views as oscar

from forked_apps.dashboard.selection import OneByNumber


class PageUpdateView(OneByNumber, oscar.PageUpdateView):
    """Change a page."""


class PageDeleteView(OneByNumber, oscar.PageDeleteView):
    """Delete a page."""
