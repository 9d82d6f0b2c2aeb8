"""What an import asks the shop before it fetches anything."""

from collections.abc import Collection

from forked_apps.catalogue.models import ProductImage


def held_pictures(codes: Collection[str]) -> set[str]:
    """Those of the pictures (`pictures.WantedPicture.code`) that the shop has."""
    return (
        set(ProductImage.objects.filter(code__in=codes).order_by().values_list("code", flat=True)) if codes else set()
    )
