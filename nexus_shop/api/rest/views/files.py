"""Files that attributes of products and categories name, for whoever writes these."""

from dataclasses import asdict
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema

from forked_apps.catalogue.attachments import store_attachment, stored_attachment
from nexus_shop.api.rest.base import View, answer
from nexus_shop.api.rest.schema import problems
from nexus_shop.api.rest.serializers import files as shapes
from nexus_shop.api.rest.uploads import FormParser


class FileList(View):
    """`admin/files/`."""

    takes_files = True
    parser_classes: Any = [FormParser]

    @extend_schema(
        operation_id="addAdminFile",
        summary="Store a file for an attribute or a category",
        request={"multipart/form-data": shapes.FileInput},
        responses={201: shapes.FileShape, **problems(400, 401, 403, 409, 413, 415, 422, 429)},
    )
    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Its `name` is then the value of an attribute of that kind, or the `image` of a category.

        What the camera noted is taken out of pictures. The same file again has the same name. One that cannot be kept
        is 422 `product_value_refused`.
        """
        data = self.parsed(shapes.FileInput)
        self.refuse_reused_key()
        name = store_attachment(data["file"].content, kind=data.get("kind"), pointer="/file")
        stored = stored_attachment(name)
        return self.write(lambda: stored, lambda file: answer(asdict(file), status=201, headers={"Location": file.url}))
