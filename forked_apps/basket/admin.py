"""Oscar's admin, to look at. Oscar 4.2.1 lets an admin change status and lines unlocked."""

from oscar.apps.basket.admin import *  # noqa: F403

from nexus_shop.core.admin import make_read_only

from .models import Basket, Line, LineAttribute

make_read_only(Basket, Line, LineAttribute)
