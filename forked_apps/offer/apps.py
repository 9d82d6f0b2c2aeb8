"""The offer fork."""

from oscar.apps.offer.apps import OfferConfig as OscarOfferConfig


class OfferConfig(OscarOfferConfig):
    """Offers, priced in memory with a bounded number of statements."""

    name = "forked_apps.offer"
