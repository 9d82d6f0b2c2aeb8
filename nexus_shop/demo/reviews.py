"""What customers said of the demo's products."""

from datetime import timedelta

from django.utils import timezone
from oscar.apps.catalogue.reviews.models import ProductReview

from forked_apps.catalogue.models import Product
from nexus_shop.accounts.models import User
from nexus_shop.core.transactions import transaction_required

from .data.reviews import REVIEWS, Review


@transaction_required
def add_reviews() -> int:
    """Add the reviews that are missing and rate their products anew; returns how many.

    One for each product and customer: who has said something about it says nothing more.
    """
    products = {product.upc: product for product in Product.objects.filter(upc__in=[each.sku for each in REVIEWS])}
    users = dict(User.objects.filter(email__in=[each.email for each in REVIEWS]).values_list("email", "pk"))
    known = set(ProductReview.objects.values_list("product__upc", "user__email"))
    wanted = [
        review
        for review in REVIEWS
        if (review.sku, review.email) not in known and review.sku in products and review.email in users
    ]
    rows = ProductReview.objects.bulk_create(
        _row(review, product_id=products[review.sku].pk, user_id=users[review.email]) for review in wanted
    )
    for row, review in zip(rows, wanted, strict=True):
        row.date_created = timezone.now() - timedelta(days=review.days_ago, hours=len(review.title))
    ProductReview.objects.bulk_update(rows, ["date_created"])
    for sku in dict.fromkeys(review.sku for review in wanted):
        products[sku].update_rating()
    return len(rows)


def _row(review: Review, *, product_id: int, user_id: int) -> ProductReview:
    return ProductReview(
        product_id=product_id,
        user_id=user_id,
        score=review.score,
        title=review.title,
        body=review.body,
        status=ProductReview.APPROVED if review.is_approved else ProductReview.FOR_MODERATION,
    )
