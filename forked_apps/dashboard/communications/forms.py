"""Oscar's hook for the texts of mails."""

from typing import Any, Final

from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from oscar.apps.dashboard.communications.forms import CommunicationEventTypeForm as OscarCommunicationEventTypeForm

from forked_apps.communication.content import context_of, link_of
from forked_apps.order.queries import order_by_id

PARTS: Final = ("email_subject_template", "email_body_template", "email_body_html_template")


class CommunicationEventTypeForm(OscarCommunicationEventTypeForm):
    """Oscar 4.2.1 shows empty fields for a text that comes from a file, and wants all of them filled in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in PARTS:
            if getattr(self.instance, name) is None:
                self.initial[name] = self._source_of(name)

    def _source_of(self, name: str) -> str:
        """The file that the mail is made of as long as staff have written nothing."""
        try:
            template = get_template(getattr(self.instance, f"{name}_file") % self.instance.code.lower())
        except TemplateDoesNotExist:
            return ""
        source: str = template.template.source  # type: ignore[attr-defined]  # Django's own engine
        return source.strip()

    def get_preview_context(self) -> dict[str, Any]:
        """What the text knows when it is sent. Oscar 4.2.1 hands the row of the order over."""
        if not hasattr(self, "preview_order"):
            return {}
        order = order_by_id(self.preview_order.pk)
        return context_of(order, history_id=None, link=link_of(order.handle))
