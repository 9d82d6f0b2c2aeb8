"""Choose a product of the shop in the CMS."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.viewsets.chooser import ChooserViewSet

from forked_apps.catalogue.models import Product


class ProductChooserViewSet(ChooserViewSet):
    """Public products, stand-alone or parent, found by title."""

    model = "catalogue.Product"
    icon = "tag"
    choose_one_text = _("Choose a product")
    choose_another_text = _("Choose another product")
    per_page = 20

    def get_object_list(self) -> QuerySet[Product]:
        """Products that a shopper can browse, by title."""
        products: QuerySet[Product] = Product.objects.browsable().order_by("title")
        return products


product_chooser_viewset = ProductChooserViewSet("product_chooser")
ProductChooserBlock = product_chooser_viewset.get_block_class(name="ProductChooserBlock", module_path="cms.choosers")
