"""Oscar's admin, to look at: a source is a ledger."""

from oscar.apps.payment.admin import *  # noqa: F403

from nexus_shop.core.admin import make_read_only

from .models import Bankcard, Source, Transaction

make_read_only(Source, Transaction, Bankcard)
