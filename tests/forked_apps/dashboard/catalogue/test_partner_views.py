"""Products as those see them who work for one of the partners: their own stock, and texts that are theirs alone."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from forked_apps.catalogue.models import Product, ProductAttribute, ProductRecommendation
from forked_apps.catalogue.operations import product_class_named
from forked_apps.partner.models import StockRecord
from forked_apps.partner.products import default_partner
from forked_apps.partner.queries import products_of
from nexus_shop.accounts.models import User
from tests.factories.shop import make_category, make_product
from tests.factories.staff import browser_of, make_member, make_partner
from tests.forked_apps.dashboard.catalogue.forms import filled

pytestmark = pytest.mark.django_db


class Scene:
    """`own` is sold by the partner alone, `shared` by both, `foreign` by the other one alone."""

    def __init__(self) -> None:
        self.partner = make_partner("Northern workshop")
        self.member: User = make_member("Partner staff", partner=self.partner)
        self.category = make_category("Light")
        categories = [self.category.pk]
        self.own = make_product("Own lamp", stock=5, sku="OWN", category_ids=categories)
        self.shared = make_product("Shared bowl", stock=6, sku="SHARED", category_ids=categories)
        self.foreign = make_product("Foreign cup", stock=7, sku="FOREIGN", category_ids=categories)
        StockRecord.objects.filter(product=self.own).update(partner=self.partner)
        StockRecord.objects.create(
            product=self.shared, partner=self.partner, partner_sku="N-1", price="8.00", num_in_stock=3, num_allocated=0
        )
        self.browser: Client = browser_of(self.member)

    def save(self, product: Product, **changes: Any) -> Any:
        """Save the product's form with some fields changed."""
        url = f"/dashboard/catalogue/products/{product.pk}/"
        return self.browser.post(url, filled(self.browser, url) | changes)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def stocks() -> dict[str, tuple[str, int | None]]:
    return {
        record.partner_sku: (str(record.price), record.num_in_stock) for record in StockRecord.objects.order_by("pk")
    }


STOCKS = {"OWN": ("10.00", 5), "SHARED": ("10.00", 6), "FOREIGN": ("10.00", 7), "N-1": ("8.00", 3)}


def test_list_shows_own_products_with_own_stock(scene: Scene) -> None:
    page = scene.browser.get("/dashboard/catalogue/").content.decode()

    assert "Own lamp" in page
    assert "Shared bowl" in page
    assert "Foreign cup" not in page
    assert "Northern workshop: 3 free" in page
    assert "6 free" not in page


def test_product_of_others_is_not_found(scene: Scene) -> None:
    url = f"/dashboard/catalogue/products/{scene.foreign.pk}/"

    assert scene.browser.get(url).status_code == 404
    assert scene.browser.post(url, {"title": "Mine"}).status_code == 404
    assert scene.browser.post(f"{url}delete/").status_code == 404


def test_own_product_is_changed(scene: Scene) -> None:
    assert scene.save(scene.own, title="Our lamp", **{"stockrecords-0-num_in_stock": "9"}).status_code == 302

    assert Product.objects.get(pk=scene.own.pk).title == "Our lamp"
    assert stocks() == STOCKS | {"OWN": ("10.00", 9)}


def test_empty_body_is_a_form_error(scene: Scene) -> None:
    answer = scene.browser.post(f"/dashboard/catalogue/products/{scene.own.pk}/", {})

    assert answer.status_code == 200
    assert stocks() == STOCKS


def test_stock_of_others_is_neither_shown_nor_changed(scene: Scene) -> None:
    url = f"/dashboard/catalogue/products/{scene.shared.pk}/"
    page = scene.browser.get(url)
    assert [form.instance.partner_sku for form in page.context["stockrecord_formset"].initial_forms] == ["N-1"]
    assert "SHARED" not in [form.instance.partner_sku for form in page.context["stockrecord_formset"]]
    other = StockRecord.objects.get(partner_sku="SHARED")

    answer = scene.save(
        scene.shared,
        **{"stockrecords-0-id": other.pk, "stockrecords-0-num_in_stock": "99", "stockrecords-0-price": "1"},
    )

    assert answer.status_code == 200
    assert stocks() == STOCKS


def test_stock_record_cannot_be_made_for_others(scene: Scene) -> None:
    answer = scene.save(
        scene.own,
        **{
            "stockrecords-1-partner": default_partner().pk,
            "stockrecords-1-partner_sku": "TRICK",
            "stockrecords-1-price": "1.00",
            "stockrecords-1-num_in_stock": "1",
        },
    )

    assert answer.status_code == 200
    assert stocks() == STOCKS


def test_shared_product_keeps_its_texts_but_takes_own_stock(scene: Scene) -> None:
    answer = scene.save(
        scene.shared,
        title="Mine now",
        is_public="",
        description="<p>Buy mine</p>",
        **{"stockrecords-0-num_in_stock": "4"},
    )

    assert answer.status_code == 302
    shared = Product.objects.get(pk=scene.shared.pk)
    assert (shared.title, shared.is_public, shared.description) == ("Shared bowl", True, "")
    assert [category.pk for category in shared.categories.all()] == [scene.category.pk]
    assert stocks() == STOCKS | {"N-1": ("8.00", 4)}


def test_shared_product_cannot_be_deleted(scene: Scene) -> None:
    assert scene.browser.post(f"/dashboard/catalogue/products/{scene.shared.pk}/delete/").status_code == 403

    assert Product.objects.get(pk=scene.shared.pk).is_public is True


def test_own_product_is_deleted(scene: Scene) -> None:
    assert scene.browser.post(f"/dashboard/catalogue/products/{scene.own.pk}/delete/").status_code == 302

    assert not Product.objects.filter(pk=scene.own.pk).exists()


def test_new_product_needs_own_stock(scene: Scene) -> None:
    url = f"/dashboard/catalogue/products/create/{product_class_named('General').slug}/"
    body = filled(scene.browser, url) | {
        "title": "New cup",
        "is_public": "on",
        "productcategory_set-0-category": scene.category.pk,
    }
    assert scene.browser.post(url, body).status_code == 200
    assert not Product.objects.filter(title="New cup").exists()

    stock = {
        "stockrecords-0-partner": scene.partner.pk,
        "stockrecords-0-partner_sku": "CUP",
        "stockrecords-0-price": "3.00",
        "stockrecords-0-num_in_stock": "2",
    }
    assert scene.browser.post(url, body | stock).status_code == 302

    assert StockRecord.objects.get(partner_sku="CUP").partner == scene.partner


def test_variants_are_for_staff(scene: Scene) -> None:
    assert scene.browser.get(f"/dashboard/catalogue/products/{scene.own.pk}/create-variant/").status_code == 403
    assert "Add variant" not in scene.browser.get(f"/dashboard/catalogue/products/{scene.own.pk}/").content.decode()


def bulk(browser: Client, action: str, products: list[Product], **form: Any) -> list[str]:
    """Choose products in the list, confirm; the messages."""
    chosen = {"action": action, "selected_product": [product.pk for product in products]}
    answer = browser.post("/dashboard/catalogue/", chosen)
    page = answer["Location"]
    assert browser.get(page).status_code == 200
    browser.cookies.pop("messages", None)
    answer = browser.post(page, {"selected_products": [product.pk for product in products], **form})
    if answer.status_code == 200:
        return ["form"]
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_bulk_hiding_leaves_what_others_sell_too(scene: Scene) -> None:
    messages = bulk(scene.browser, "make_products_non_public", [scene.own, scene.shared])

    assert messages == ["1 product changed.", "1 product is sold by others too and stays as it is."]
    hidden = Product.objects.filter(is_public=False)
    assert [product.pk for product in hidden] == [scene.own.pk]


def test_bulk_price_changes_own_records_only(scene: Scene) -> None:
    messages = bulk(
        scene.browser,
        "set_product_price",
        [scene.own, scene.shared],
        partners=[scene.partner.pk],
        increase_by_percentage="10",
    )

    assert messages == ["2 prices changed."]
    assert stocks() == STOCKS | {"OWN": ("11.00", 5), "N-1": ("8.80", 3)}


def test_bulk_price_of_another_partner_is_refused(scene: Scene) -> None:
    messages = bulk(
        scene.browser, "set_product_price", [scene.shared], partners=[default_partner().pk], new_price="1.00"
    )

    assert messages == ["form"]
    assert stocks() == STOCKS


def test_bulk_price_of_a_product_of_others_is_refused(scene: Scene) -> None:
    chosen = {"action": "set_product_price", "selected_product": [scene.foreign.pk]}

    answer = scene.browser.post("/dashboard/catalogue/", chosen)

    assert answer["Location"] == "."
    assert stocks() == STOCKS


def test_last_stock_record_of_a_product_is_not_deleted(scene: Scene) -> None:
    kept = scene.save(scene.own, **{"stockrecords-0-DELETE": "on"})
    assert kept.status_code == 200
    assert "set its stock to 0, or archive the product" in kept.content.decode()
    assert stocks() == STOCKS
    assert scene.save(scene.shared, **{"stockrecords-0-DELETE": "on"}).status_code == 302
    assert "N-1" not in stocks()


def test_hidden_product_of_others_is_neither_recommended_nor_shown(scene: Scene) -> None:
    Product.objects.filter(pk=scene.foreign.pk).update(is_public=False)
    name = "primary_recommendations-0-recommendation"
    refused = scene.save(scene.own, **{name: scene.foreign.pk})
    assert refused.status_code == 200
    assert "Foreign cup" not in refused.content.decode()
    assert ProductRecommendation.objects.count() == 0
    assert scene.save(scene.own, **{name: scene.shared.pk}).status_code == 302
    assert ProductRecommendation.objects.get().recommendation == scene.shared


def test_what_is_recommended_already_stays_when_it_is_hidden(scene: Scene) -> None:
    ProductRecommendation.objects.create(primary=scene.own, recommendation=scene.foreign, ranking=1)
    Product.objects.filter(pk=scene.foreign.pk).update(is_public=False)
    assert scene.save(scene.own, title="Our lamp").status_code == 302
    assert ProductRecommendation.objects.get().recommendation == scene.foreign


def test_attribute_names_no_hidden_product_of_others(scene: Scene) -> None:
    ProductAttribute.objects.create(
        product_class=scene.own.product_class, code="with", name="With", type=ProductAttribute.ENTITY
    )
    Product.objects.filter(pk=scene.foreign.pk).update(is_public=False)
    refused = scene.save(scene.own, attr_with=f"product {scene.foreign.pk}")
    missing = scene.save(scene.own, attr_with="product 999999")
    for answer in (refused, missing):
        assert answer.context["form"].errors == {"attr_with": ["There is no such thing."]}
    assert not scene.own.attribute_values.exists()
    assert scene.save(scene.own, attr_with=f"product {scene.shared.pk}").status_code == 302


def test_dashboard_and_api_find_by_one_rule(scene: Scene) -> None:
    sold = make_product("Shirt in S", sku="S")
    parent = Product.objects.create(structure="parent", title="Shirt", product_class=sold.product_class)
    unsold = Product.objects.create(structure="child", parent=parent, title="Shirt in M", upc="M")
    Product.objects.filter(pk=sold.pk).update(structure="child", parent=parent, product_class=None)
    StockRecord.objects.filter(product=sold).update(partner=scene.partner)
    family, both = {parent.pk, sold.pk, unsold.pk}, {scene.own.pk, scene.shared.pk}
    everything = {*family, *both, scene.foreign.pk}

    def opened() -> set[int]:
        urls = {pk: f"/dashboard/catalogue/products/{pk}/" for pk in everything}
        return {pk for pk, url in urls.items() if scene.browser.get(url).status_code == 200}

    def ids(*, shared: bool) -> set[int]:
        return set(products_of(scene.member, shared=shared).values_list("pk", flat=True))

    assert opened() == ids(shared=True) == family | both
    assert ids(shared=False) == family | {scene.own.pk}

    StockRecord.objects.create(product=unsold, partner=default_partner(), partner_sku="M", price="1.00")
    assert opened() == ids(shared=True) == {parent.pk, sold.pk} | both
    assert ids(shared=False) == {scene.own.pk}
