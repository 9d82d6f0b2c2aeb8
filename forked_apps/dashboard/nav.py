"""Which entries of the dashboard's navigation a member of staff sees."""

from typing import Any

from oscar.apps.dashboard.nav import Node
from oscar.apps.dashboard.nav import default_access_fn as oscar_access_fn

from nexus_shop.accounts.faces import FACES

__all__ = ["Node", "default_access_fn"]

# Oscar's flat pages are not served: content is the CMS's.
HIDDEN = frozenset({"dashboard:page-list"})


def default_access_fn(user: Any, url_name: str | None, url_args: Any = None, url_kwargs: Any = None) -> bool:
    """Oscar 4.2.1 knows only its own views: the CMS and Django admin have permissions of their own."""
    if url_name in HIDDEN:
        return False
    for face in FACES:
        if face.url_name == url_name:
            return face.admits(user)
    return bool(oscar_access_fn(user, url_name, url_args, url_kwargs))
