"""Slugs that come through Django's admin."""

import pytest
from django.core.exceptions import ValidationError

from forked_apps.catalogue.models import Category, Product
from tests.factories.shop import make_category, make_product, make_user
from tests.factories.staff import browser_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("slug", ["1", "2026", "search", "bulk"])
def test_slug_that_addresses_something_else_is_refused(slug: str) -> None:
    product, category = make_product(), make_category()
    for thing in (product, category):
        thing.slug = slug
        with pytest.raises(ValidationError) as refusal:
            thing.full_clean()
        assert list(refusal.value.message_dict) == ["slug"]
        thing.full_clean(exclude=["slug"])


def test_admin_refuses_a_number_as_slug() -> None:
    product, category = make_product(), make_category("Cups")
    browser = browser_of(make_user(is_staff=True, is_superuser=True))

    for path in (f"/admin/catalogue/product/{product.pk}/change/", f"/admin/catalogue/category/{category.pk}/change/"):
        page = browser.get(path)
        form = {name: value for name, value in page.context["adminform"].form.initial.items() if value}
        answer = browser.post(path, form | {"slug": "1", "name": "Cups"})
        assert answer.status_code == 200
        assert answer.context["adminform"].form.errors["slug"] == ["A slug may not be a number or a word of the API."]

    assert Product.objects.get(pk=product.pk).slug == product.slug
    assert Category.objects.get(pk=category.pk).slug == "cups"


def test_empty_slug_is_made_of_the_title() -> None:
    product = make_product("Mug")
    product.slug = ""
    product.full_clean()
    product.save()
    assert product.slug == "mug"
