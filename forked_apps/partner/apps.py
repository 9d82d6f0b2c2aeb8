"""The partner fork."""

from oscar.apps.partner.apps import PartnerConfig as OscarPartnerConfig


class PartnerConfig(OscarPartnerConfig):
    """Partners, stock and prices."""

    name = "forked_apps.partner"
