"""Which entries of the dashboard's navigation a member of staff sees."""

from typing import Any

from oscar.apps.dashboard.nav import default_access_fn as oscar_access_fn


def default_access_fn(user: Any, url_name: str, url_args: Any = None, url_kwargs: Any = None) -> bool:
    """Oscar 4.2.1 knows only its own views: the CMS and Django admin have permissions of their own."""
    if url_name == "wagtailadmin_home":
        return bool(user.has_perm("wagtailadmin.access_admin"))
    if url_name == "admin:index":
        return bool(user.is_staff)
    return bool(oscar_access_fn(user, url_name, url_args, url_kwargs))
