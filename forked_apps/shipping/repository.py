"""Oscar's hook: which shipping methods there are."""

from oscar.apps.shipping.repository import Repository as OscarRepository

from .methods import FlatRate


class Repository(OscarRepository):
    """Oscar 4.2.1 ships everything free."""

    methods = (FlatRate(),)
