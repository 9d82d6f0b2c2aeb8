"""The pictures of a product, for staff, and for partner staff those of products that only they sell."""

from typing import TYPE_CHECKING, Any, Final

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema

from forked_apps.catalogue.picture_files import stored_picture
from forked_apps.catalogue.product_images import (
    Picture,
    add_picture,
    change_picture,
    delete_picture,
    ensure_among,
    picture_of,
    pictures_of,
)
from forked_apps.partner.queries import products_of
from nexus_shop.api.rest.base import View, answer
from nexus_shop.api.rest.schema import problems
from nexus_shop.api.rest.serializers import product_images as shapes
from nexus_shop.api.rest.uploads import FormParser
from nexus_shop.core.idempotency import Answer

from .admin_products import KEY, PLACE, product_id_of
from .kept import CHANGE, CREATE, NO_CONTENT, READ, number_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from forked_apps.catalogue.models import Product

PICTURE: Final = OpenApiParameter("image_id", str, OpenApiParameter.PATH, description="The picture's id.")


class PictureView(View):
    """Pictures of the products that the caller may change."""

    def own(self) -> "QuerySet[Product]":
        """These products."""
        user: Any = self.request.user
        return products_of(user)

    def product_id(self, key: str) -> int:
        """The id of the product that the path names. Raises NotFound."""
        return product_id_of(self.request.user, key)

    def one(self, product_id: int, picture_id: int, *, status: int = 200) -> Answer:
        """An answer with the picture as it is now."""
        picture = picture_of(product_id, picture_id, among=self.own())
        headers = {"ETag": f'"{picture.version}"'}
        if status == 201:
            headers["Location"] = f"{PLACE}{product_id}/images/{picture_id}/"
        return answer(picture_body(picture), status=status, headers=headers)


def picture_body(picture: Picture) -> dict[str, Any]:
    """A picture in the API's shape."""
    return {
        "id": picture.id,
        "version": picture.version,
        "product": picture.product,
        "url": picture.url,
        "caption": picture.facts.caption,
        "display_order": picture.facts.display_order,
        "width": picture.width,
        "height": picture.height,
        "date_created": picture.date_created,
    }


class ProductImageList(PictureView):
    """`admin/products/{id}/images/`."""

    takes_files = True
    parser_classes: Any = [FormParser]

    @extend_schema(
        operation_id="listAdminProductImages",
        summary="List a product's pictures for staff",
        parameters=[KEY],
        responses={200: shapes.PictureList, **READ},
    )
    def get(self, request: Any, key: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """All of them, in their order, on one page; of a variant its own, not its parent's."""
        results = [picture_body(picture) for picture in pictures_of(self.product_id(key), among=self.own())]
        return self.private({"results": results, "next": None, "previous": None, "count": len(results)})

    @extend_schema(
        operation_id="addAdminProductImage",
        summary="Add a picture to a product",
        parameters=[KEY],
        request={"multipart/form-data": shapes.PictureInput},
        responses={201: shapes.PictureShape, **CREATE},
    )
    def post(self, request: Any, key: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """What the camera noted is taken out. Sizes for shoppers are made within seconds.

        A file that cannot be kept is 422 `product_value_refused`; a product has at most 250 pictures (`list_full`).
        """
        product_id, own = self.product_id(key), self.own()
        ensure_among(product_id, own)
        data = self.parsed(shapes.PictureInput)
        upload = data.pop("original")
        with stored_picture(upload.content, file_name=upload.name, pointer="/original") as file:
            return self.write(
                lambda: add_picture(product_id, file=file, **data, among=own),
                lambda picture_id: self.one(product_id, picture_id, status=201),
            )


class ProductImageDetail(PictureView):
    """`admin/products/{id}/images/{id}/`."""

    has_version = True
    is_kept_by_staff = True

    @extend_schema(
        operation_id="getAdminProductImage",
        summary="Read a picture of a product",
        parameters=[KEY, PICTURE],
        responses={200: shapes.PictureShape, **READ},
    )
    def get(self, request: Any, key: str, image_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """With its version in `ETag`."""
        picture = picture_of(self.product_id(key), number_of(image_id), among=self.own())
        return self.private(picture_body(picture), headers={"ETag": f'"{picture.version}"'})

    @extend_schema(
        operation_id="changeAdminProductImage",
        summary="Change a picture of a product",
        parameters=[KEY, PICTURE],
        request=shapes.PictureChanges,
        responses={200: shapes.PictureShape, **CHANGE},
    )
    def patch(self, request: Any, key: str, image_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Its caption, or its place: the others make room. What the body leaves out stays."""
        product_id, picture_id, version = self.product_id(key), number_of(image_id), self.tag()
        changes = self.parsed(shapes.PictureChanges)
        return self.write(
            lambda: change_picture(product_id, picture_id, changes=changes, version=version, among=self.own()),
            lambda _: self.one(product_id, picture_id),
        )

    @extend_schema(
        operation_id="deleteAdminProductImage",
        summary="Take a picture from a product",
        parameters=[KEY, PICTURE],
        responses={204: None, **problems(400, 401, 403, 404, 412, 428, 429)},
    )
    def delete(self, request: Any, key: str, image_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Those behind it move up. Its file stays in the storage, as where the dashboard takes a picture away."""
        product_id, picture_id, version = self.product_id(key), number_of(image_id), self.tag()
        return self.write(
            lambda: delete_picture(product_id, picture_id, version=version, among=self.own()), lambda _: NO_CONTENT
        )
