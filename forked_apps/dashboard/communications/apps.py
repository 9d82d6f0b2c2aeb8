"""The dashboard.communications fork."""

from oscar.apps.dashboard.communications.apps import CommunicationsDashboardConfig as OscarCommunicationsDashboardConfig


class CommunicationsDashboardConfig(OscarCommunicationsDashboardConfig):
    """Texts of mails; who edits one begins with the text that is sent."""

    name = "forked_apps.dashboard.communications"
