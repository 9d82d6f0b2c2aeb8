"""What the storefront would get of a product that is not public yet: for those who may open the dashboard, for a day.

The link can be handed to a colleague; it is signed, names one product, and opens nothing for anybody else.
"""

from typing import Any, Final

import orjson
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.generic import TemplateView
from oscar.apps.dashboard.catalogue.mixins import PartnerProductFilterMixin

from forked_apps.catalogue.models import Product
from forked_apps.catalogue.publishing import status_of
from forked_apps.search.queries import product_detail
from nexus_shop.core.languages import active_language

from .product_form import STATUSES

LIFETIME: Final = 24 * 3600  # seconds
SALT: Final = "nexus.dashboard.preview"


def preview_url(product_id: int) -> str:
    """The address of the preview, good for a day."""
    token = signing.dumps(product_id, salt=SALT)
    return reverse("dashboard:catalogue-product-preview", kwargs={"token": token})


class ProductPreviewView(PartnerProductFilterMixin, TemplateView):
    """The product's document as a page. What the user may not see in the list is not found."""

    template_name = "oscar/dashboard/catalogue/product_preview.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page; 410 for a link that is too old, 404 for one that was never given."""
        try:
            product_id = signing.loads(kwargs["token"], salt=SALT, max_age=LIFETIME)
        except signing.SignatureExpired:
            return self.render_to_response({"is_expired": True}, status=410)
        except signing.BadSignature:
            raise Http404 from None
        product = self.filter_queryset(Product.objects.all()).filter(pk=product_id).first()
        found = product and product_detail(product.pk, language=active_language(), also_hidden=True)
        if product is None or found is None:
            raise Http404
        status = status_of(product)
        document = orjson.loads(found[0])
        context = {
            "product": product,
            "document": document,
            "json": orjson.dumps(document, option=orjson.OPT_INDENT_2).decode(),
            "status": status,
            "status_label": STATUSES[status],
        }
        return self.render_to_response(context)
