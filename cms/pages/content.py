"""Pages of text: about the shop, delivery, help."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.api import APIField
from wagtail.fields import StreamField
from wagtail.models import Page

from cms.blocks import BodyBlock


class ContentPage(Page):
    """A page of blocks under the home page."""

    introduction = models.TextField(_("Introduction"), max_length=600, blank=True)
    body = StreamField(BodyBlock(), blank=True)

    template = "cms/content_page.html"
    parent_page_types: ClassVar = ["cms.HomePage", "cms.ContentPage"]
    content_panels: ClassVar = [*Page.content_panels, FieldPanel("introduction"), FieldPanel("body")]
    api_fields: ClassVar = [APIField("introduction"), APIField("body")]

    class Meta:
        verbose_name = _("Content page")
