"""Oscar's hooks for the categories, the pictures, the recommendations and the stock of a product."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from oscar.apps.dashboard.catalogue.formsets import ProductCategoryFormSet as OscarProductCategoryFormSet
from oscar.apps.dashboard.catalogue.formsets import ProductImageFormSet as OscarProductImageFormSet
from oscar.apps.dashboard.catalogue.formsets import (
    ProductRecommendationFormSet as OscarProductRecommendationFormSet,
)
from oscar.apps.dashboard.catalogue.formsets import StockRecordFormSet as OscarStockRecordFormSet

from forked_apps.catalogue.models import Product, ProductRecommendation
from forked_apps.catalogue.product_images import MAX_PICTURES
from forked_apps.partner.models import StockRecord
from forked_apps.partner.queries import namable_products, stock_records_of


class ProductCategoryFormSet(OscarProductCategoryFormSet):
    """Oscar 4.2.1 asks for a category, without which the API takes products."""

    def clean(self) -> None:
        """A child stands where its parent does."""
        if self.instance.is_child and self.get_num_categories() > 0:
            raise ValidationError(_("A child product should not have categories"))


class ProductImageFormSet(OscarProductImageFormSet):
    """Oscar 4.2.1 gives a product as many pictures as are sent."""

    def clean(self) -> None:
        """No more than the API gives it; what it has beyond that stays."""
        super().clean()
        gone = set(self.deleted_forms)
        new = [form for form in self.extra_forms if form.has_changed() and form not in gone]
        kept = [form for form in self.initial_forms if form not in gone]
        if new and len(new) + len(kept) > MAX_PICTURES:
            raise ValidationError(_("A product has at most %d pictures.") % MAX_PICTURES)


class ProductRecommendationFormSet(OscarProductRecommendationFormSet):
    """Oscar 4.2.1 lets partner staff recommend, and then shows them, what other sellers have not published."""

    def __init__(self, product_class: Any, user: Any, *args: Any, **kwargs: Any) -> None:
        self.user = user
        super().__init__(product_class, user, *args, **kwargs)

    def add_fields(self, form: Any, index: Any) -> None:
        """Of what the user may name, and of what the product recommends already."""
        super().add_fields(form, index)
        if not self.user.is_staff:
            held = ProductRecommendation.objects.filter(primary=self.instance.pk).order_by().values("recommendation")
            namable = namable_products(self.user).values("pk")
            form.fields["recommendation"].queryset = Product.objects.filter(Q(pk__in=namable) | Q(pk__in=held))


class StockRecordFormSet(OscarStockRecordFormSet):
    """Oscar 4.2.1 fails on partner staff's forms of a product not saved yet, and on a body without any."""

    def __init__(self, product_class: Any, user: Any, *args: Any, **kwargs: Any) -> None:
        instance = kwargs.get("instance")
        is_saved = instance is not None and instance.pk is not None
        records = stock_records_of(user) if is_saved else StockRecord.objects.none()
        super().__init__(product_class, user, *args, queryset=records.order_by("pk"), **kwargs)

    def set_initial_data(self) -> None:
        """Choose the partner of somebody who works for one only."""
        if self.forms:
            super().set_initial_data()
