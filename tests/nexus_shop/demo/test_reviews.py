"""The demo's reviews."""

from oscar.apps.catalogue.reviews.models import ProductReview
from rest_framework.test import APIClient

from forked_apps.catalogue.models import Product


def test_reviews_approved_and_waiting(demo_shop: None) -> None:
    assert ProductReview.objects.filter(status=ProductReview.APPROVED).count() == 38
    assert ProductReview.objects.filter(status=ProductReview.FOR_MODERATION).count() == 4


def test_reviews_rate_their_products(demo_shop: None, api: APIClient) -> None:
    assert Product.objects.get(pk=1).rating == 4.5
    assert Product.objects.get(upc="NX-WTR-01").rating is None  # its one review waits for a moderator
    assert api.get("/api/v1/products/1/").json()["rating"] == {"average": 4.5, "count": 4}
