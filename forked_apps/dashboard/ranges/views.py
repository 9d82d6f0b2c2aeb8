"""Oscar's hooks for ranges. Oscar 4.2.1 takes what was posted for ids, and any file for UTF-8."""

import io
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from oscar.apps.dashboard.ranges import views as oscar

from forked_apps.dashboard.selection import SelectsByNumber, number_in
from forked_apps.offer.models import RangeProductFileUpload


class RangeProductListView(SelectsByNumber, oscar.RangeProductListView):
    """The products of a range, and those that it leaves out."""

    def remove_excluded_products(self, request: HttpRequest) -> HttpResponse:
        """Take products from the list of those left out."""
        post = request.POST.copy()
        ids = [text for text in post.getlist("selected_product") if number_in(text) is not None]
        post.setlist("selected_product", ids)
        request.POST = post  # type: ignore[assignment]
        response: HttpResponse = super().remove_excluded_products(request)
        return response

    def handle_file_products(self, request: HttpRequest, product_range: Any, form: Any) -> None:
        """Read the text that the form has found in the file."""
        file, kind = form.cleaned_data["file_upload"], form.cleaned_data["upload_type"]
        if file is None:
            return
        upload = self.create_upload_object(request, product_range, file, kind)
        products = upload.process(io.StringIO(file.text, newline=""))
        is_left_out = kind == RangeProductFileUpload.EXCLUDED_PRODUCTS_TYPE
        action = _("excluded from this range") if is_left_out else _("added to this range")
        told = {"range": product_range, "upload": upload, "action": action}
        text = render_to_string("oscar/dashboard/ranges/messages/range_products_saved.html", told)
        messages.success(request, text, extra_tags="safe noicon block")
        self.check_imported_products_sku_duplicates(request, products)


class RangeReorderView(oscar.RangeReorderView):
    """The order of the products in a range."""

    def _save_page_order(self, order: list[str]) -> None:
        numbers = [number_in(text) for text in order]
        super()._save_page_order([str(number) for number in numbers if number is not None])
