"""Tables of the markets: the rates of tax."""

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class TaxRate(models.Model):
    """A rate of tax in a zone, for a class of products or for all. The most narrowly drawn one counts.

    A zone is a country, or a state or the beginning of a postcode in it; no country is everywhere else. Countries and
    product classes are named by code and slug: this app knows neither.
    """

    name = models.CharField(_("Name"), max_length=64)
    country = models.CharField(
        _("Country"),
        max_length=2,
        blank=True,
        db_default="",
        validators=[RegexValidator(r"^[A-Z]{2}$", _("Two capital letters (ISO 3166)."))],
    )
    state = models.CharField(_("State or region"), max_length=64, blank=True, db_default="")
    postcode = models.CharField(_("Postcode begins with"), max_length=16, blank=True, db_default="")
    product_class = models.CharField(_("Product class"), max_length=128, blank=True, db_default="")
    rate = models.DecimalField(
        _("Rate"),
        max_digits=6,
        decimal_places=5,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text=_("0.20 is 20 %."),
    )

    class Meta:
        ordering = ["country", "state", "postcode", "product_class"]
        verbose_name = _("Tax rate")
        verbose_name_plural = _("Tax rates")
        constraints = [
            models.UniqueConstraint(
                fields=["country", "state", "postcode", "product_class"], name="one_tax_rate_a_zone_and_class"
            ),
            models.CheckConstraint(name="tax_rate_is_a_share", condition=Q(rate__gte=0, rate__lte=1)),
            models.CheckConstraint(
                name="zones_have_a_country",
                condition=~Q(country="") | Q(state="", postcode=""),
                violation_error_message=_("A state or a postcode needs its country."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
