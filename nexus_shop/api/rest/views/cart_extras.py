"""What a cart can do beside holding lines: many at once, vouchers, saved for later, links, merging."""

from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema

from forked_apps.basket.bulk import add_rows_to_cart
from forked_apps.basket.merging import merge_carts
from forked_apps.basket.previews import Listed, as_cart
from forked_apps.basket.queries import priced
from forked_apps.basket.saving import forget_saved_line, restore_saved_line, save_line, saved_lines_of
from forked_apps.basket.sharing import Shared, find_shared_cart, restore_shared_cart, share_cart
from forked_apps.basket.values import Changed, hash_of_token
from forked_apps.basket.vouchers import add_voucher, remove_voucher
from nexus_shop.api.rest.base import answer
from nexus_shop.api.rest.schema import problems
from nexus_shop.api.rest.serializers import basket as carts
from nexus_shop.api.rest.serializers import cart_extras as shapes
from nexus_shop.api.rest.serializers.bodies import CART_URL, saved_body, shared_body
from nexus_shop.core.idempotency import Answer

from .cart import TOKEN_PARAMETER, WRITE_PROBLEMS, CartView, cart_ref


class BulkView(CartView):
    """`cart/items/bulk/`."""

    @extend_schema(
        operation_id="addManyToCart",
        summary="Add many products by SKU",
        parameters=[TOKEN_PARAMETER],
        request=shapes.BulkInput,
        responses={200: shapes.BulkShape, 201: shapes.BulkShape, **WRITE_PROBLEMS},
    )
    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Put up to 100 rows into the cart: all or none (422 `rows_refused` has every bad row), or with `partial` the
        good ones. `rows` says what became of each.
        """
        data = self.parsed(shapes.BulkInput)
        return self.change(
            lambda ref, token: add_rows_to_cart(
                ref, rows=data["rows"], is_partial=data["partial"], token=token, version=self.tag()
            )
        )

    def more(self, changed: Changed) -> dict[str, Any]:
        """The rows."""
        return {
            "rows": [
                {
                    "row": row.row,
                    "sku": row.sku,
                    "status": "refused" if row.code else "added",
                    "code": row.code or None,
                    "available": row.available,
                    "option": row.option,
                    "reason": row.reason,
                    "limit": row.limit,
                }
                for row in changed.rows
            ]
        }


class VoucherList(CartView):
    """`cart/vouchers/`. oscarapi 3.3.0 tells guessers whether a code is unknown, expired or used."""

    @extend_schema(
        operation_id="addVoucher",
        summary="Add a voucher",
        parameters=[TOKEN_PARAMETER],
        request=shapes.VoucherInput,
        responses={200: carts.CartShape, 201: carts.CartShape, **WRITE_PROBLEMS},
    )
    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Put a voucher into the cart. It is used up by the order only."""
        self.count_guesses()
        code = self.parsed(shapes.VoucherInput)["code"]
        return self.change(lambda ref, token: add_voucher(ref, code=code, token=token, version=self.tag()))


class VoucherDetail(CartView):
    """`cart/vouchers/{code}/`."""

    @extend_schema(
        operation_id="removeVoucher",
        summary="Remove a voucher",
        parameters=[TOKEN_PARAMETER],
        responses={200: carts.CartShape, **WRITE_PROBLEMS},
    )
    def delete(self, request: Any, code: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Take the voucher out of the cart."""
        return self.change(lambda ref, token: remove_voucher(ref, code=code, version=self.tag()))


class SavedList(CartView):
    """`cart/saved/`."""

    @extend_schema(
        operation_id="listSaved",
        summary="What is saved for later",
        parameters=[TOKEN_PARAMETER],
        responses={200: shapes.SavedShape, **problems(401, 404, 429)},
    )
    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Lines put aside, newest first, with the prices of now: a login's own on all devices, else the token's."""
        saved = saved_lines_of(cart_ref(request))
        listed = [Listed(line.handle, line.product_id, line.quantity, line.options) for line in saved.lines]
        cart = as_cart(listed, currency=settings.OSCAR_DEFAULT_CURRENCY, own=saved.own)
        return self.private(saved_body(saved.lines, priced(cart)))

    @extend_schema(
        operation_id="saveForLater",
        summary="Save a line for later",
        parameters=[TOKEN_PARAMETER],
        request=shapes.SaveInput,
        responses={200: carts.CartShape, **WRITE_PROBLEMS},
    )
    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Move a line out of the cart; an equal one that is saved grows."""
        item = self.parsed(shapes.SaveInput)["item"]
        return self.change(lambda ref, token: save_line(ref, line_handle=item, version=self.tag()))


class SavedDetail(CartView):
    """`cart/saved/{id}/`."""

    @extend_schema(
        operation_id="forgetSaved",
        summary="Forget a saved line",
        parameters=[TOKEN_PARAMETER],
        responses={200: carts.CartShape, 201: carts.CartShape, **WRITE_PROBLEMS},
    )
    def delete(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Throw the saved line away. The cart is made if there is none."""
        return self.change(lambda ref, token: forget_saved_line(ref, handle=handle, token=token, version=self.tag()))


class SavedRestoreView(CartView):
    """`cart/saved/{id}/restore/`."""

    @extend_schema(
        operation_id="restoreSaved",
        summary="Move a saved line into the cart",
        parameters=[TOKEN_PARAMETER],
        request=carts.NoBody,
        responses={200: carts.CartShape, 201: carts.CartShape, **WRITE_PROBLEMS},
    )
    def post(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Move the saved line back, wholly; where that cannot be, it stays saved. The cart is made if there is none."""
        self.parsed(carts.NoBody)
        return self.change(lambda ref, token: restore_saved_line(ref, handle=handle, token=token, version=self.tag()))


class ShareView(CartView):
    """`cart/share/`."""

    @extend_schema(
        operation_id="shareCart",
        summary="Make a link to the cart",
        parameters=[TOKEN_PARAMETER],
        request=carts.NoBody,
        responses={201: shapes.ShareShape, **WRITE_PROBLEMS},
    )
    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Keep what the cart holds now (products, quantities, options; nothing of whose it is) for 30 days."""
        self.parsed(carts.NoBody)
        ref = cart_ref(request)
        return self.write(lambda: share_cart(ref, version=self.tag()), self._link)

    @staticmethod
    def _link(shared: Shared) -> Answer:
        path = f"{CART_URL}shared/{shared.handle}/"
        shop = settings.STOREFRONT_URL.rstrip("/")
        url = f"{shop}/cart/shared/{shared.handle}/" if shop else path
        body = {"id": shared.handle, "url": url, "expires_at": shared.expires_at}
        return answer(body, status=201, headers={"Location": path})


class SharedDetail(CartView):
    """`cart/shared/{id}/`."""

    @extend_schema(
        operation_id="getSharedCart",
        summary="Read a shared cart",
        responses={200: shapes.SharedShape, **problems(401, 404, 429)},
    )
    def get(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """What the cart held, at the prices of now, for whoever has the link."""
        shared = find_shared_cart(handle)
        return self.private(shared_body(shared, priced(as_cart(shared.lines, currency=shared.currency))))


class _FillingView(CartView):
    def more(self, changed: Changed) -> dict[str, Any]:
        """What did not come into the cart."""
        return {"skipped": [asdict(each) for each in changed.skipped]}


class SharedRestoreView(_FillingView):
    """`cart/shared/{id}/restore/`."""

    @extend_schema(
        operation_id="restoreSharedCart",
        summary="Put a shared cart into the own one",
        parameters=[TOKEN_PARAMETER],
        request=shapes.RestoreInput,
        responses={200: shapes.FilledShape, 201: shapes.FilledShape, **WRITE_PROBLEMS},
    )
    def post(self, request: Any, handle: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Put in what can be had; the rest is in `skipped`. The cart is made if there is none."""
        strategy = self.parsed(shapes.RestoreInput)["strategy"]
        return self.change(
            lambda ref, token: restore_shared_cart(handle, ref=ref, token=token, strategy=strategy, version=self.tag())
        )


class MergeView(_FillingView):
    """`cart/merge/`."""

    @extend_schema(
        operation_id="mergeCarts",
        summary="Join a guest's cart into the login's",
        request=shapes.MergeInput,
        responses={200: shapes.FilledShape, 201: shapes.FilledShape, **WRITE_PROBLEMS},
    )
    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Take lines, vouchers, notes and saved lines of the token's cart over, as far as can be; the rest is in
        `skipped`. The token's cart is empty after that; merging it again answers the login's cart.
        """
        data = self.parsed(shapes.MergeInput)
        return self.change(
            lambda ref, token: merge_carts(
                hash_of_token(data["token"]),
                owner_id=ref.owner_id,
                strategy=data["strategy"],
                version=self.tag(),
            )
        )


__all__ = [
    "BulkView",
    "MergeView",
    "SavedDetail",
    "SavedList",
    "SavedRestoreView",
    "ShareView",
    "SharedDetail",
    "SharedRestoreView",
    "VoucherDetail",
    "VoucherList",
]
