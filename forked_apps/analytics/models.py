"""Oscar's counters of views, additions and purchases."""

from oscar.apps.analytics.abstract_models import (
    AbstractProductRecord,
    AbstractUserProductView,
    AbstractUserRecord,
    AbstractUserSearch,
)


class ProductRecord(AbstractProductRecord):
    """Oscar's product record."""


class UserRecord(AbstractUserRecord):
    """Oscar's user record."""


class UserProductView(AbstractUserProductView):
    """Oscar's user product view."""


class UserSearch(AbstractUserSearch):
    """Oscar's user search."""


from oscar.apps.analytics.models import *  # noqa: E402, F403 - Oscar's own, after ours are registered
