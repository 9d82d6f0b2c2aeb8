"""The home page."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.api import APIField
from wagtail.fields import StreamField
from wagtail.models import Page

from cms.blocks import BodyBlock


class HomePage(Page):
    """The first page: a claim, a picture, blocks."""

    claim = models.CharField(_("Claim"), max_length=160, blank=True)
    introduction = models.TextField(_("Introduction"), max_length=600, blank=True)
    picture = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("Picture"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    body = StreamField(BodyBlock(), blank=True)

    template = "cms/home_page.html"
    max_count = 1
    content_panels: ClassVar = [
        *Page.content_panels,
        FieldPanel("claim"),
        FieldPanel("introduction"),
        FieldPanel("picture"),
        FieldPanel("body"),
    ]
    api_fields: ClassVar = [APIField("claim"), APIField("introduction"), APIField("picture"), APIField("body")]

    class Meta:
        verbose_name = _("Home page")
