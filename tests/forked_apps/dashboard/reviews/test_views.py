"""Reviews in the dashboard."""

from typing import Any

import pytest
from oscar.apps.catalogue.reviews.models import ProductReview

from tests.factories.shop import make_product, make_user
from tests.factories.staff import browser_of, make_member

pytestmark = pytest.mark.django_db

PATH = "/dashboard/reviews/"
ACTION = {"action": "update_selected_review_status"}


@pytest.fixture
def review() -> Any:
    return ProductReview.objects.create(
        product=make_product(),
        user=make_user(),
        title="Good",
        body="Good",
        score=5,
        status=ProductReview.FOR_MODERATION,
    )


def status_of(review: Any) -> int:
    found: int = ProductReview.objects.get(pk=review.pk).status
    return found


def test_review_is_approved(review: Any) -> None:
    form = {**ACTION, "selected_review": review.pk, "status": ProductReview.APPROVED}
    assert browser_of(make_member("Staff")).post(PATH, form).status_code == 302
    assert status_of(review) == ProductReview.APPROVED


@pytest.mark.parametrize("change", [{"selected_review": "x"}, {"status": "x"}, {"status": "7"}, {"status": ""}])
def test_senseless_form_changes_nothing(review: Any, change: dict[str, str]) -> None:
    form = {**ACTION, "selected_review": str(review.pk), "status": str(ProductReview.APPROVED), **change}
    assert browser_of(make_member("Staff")).post(PATH, form).status_code == 302
    assert status_of(review) == ProductReview.FOR_MODERATION


def test_looking_at_reviews_approves_none(review: Any) -> None:
    from django.contrib.auth.models import Permission

    reader = make_user(is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_productreview"))
    form = {**ACTION, "selected_review": review.pk, "status": ProductReview.APPROVED}
    assert browser_of(reader).post(PATH, form).status_code == 403
    assert status_of(review) == ProductReview.FOR_MODERATION


def test_ends_of_the_calendar_are_refused() -> None:
    answer = browser_of(make_member("Staff")).get(PATH, {"date_to": "9999-12-31"})
    assert answer.status_code == 200
