"""The product form of the dashboard."""

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from forked_apps.catalogue.models import Brand, Category, Product, ProductClass
from forked_apps.catalogue.operations import product_class_named
from forked_apps.dashboard.catalogue import formsets
from forked_apps.partner.models import Partner, StockRecord
from forked_apps.partner.products import default_partner
from nexus_shop.accounts.models import User
from nexus_shop.core.models import OutboxEvent
from tests.factories.pictures import plain, upload
from tests.factories.shop import make_category, make_order, make_parent, make_product, stock_of
from tests.factories.staff import browser_of, make_member
from tests.forked_apps.dashboard.catalogue.forms import filled

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk() -> User:
    return make_member("Staff")


@pytest.fixture
def browser(clerk: User) -> Client:
    return browser_of(clerk)


@pytest.fixture
def category() -> Category:
    return make_category("Light")


@pytest.fixture
def lamp(category: Category) -> Product:
    return make_product("Lamp", price="10.00", stock=5, sku="LAMP", category_ids=[category.pk])


def save(browser: Client, product: Product, **changes: Any) -> Any:
    url = f"/dashboard/catalogue/products/{product.pk}/"
    return browser.post(url, filled(browser, url) | changes)


def new_url(product_class: str = "General") -> str:
    return f"/dashboard/catalogue/products/create/{product_class_named(product_class).slug}/"


def create(browser: Client, category: Category, **changes: Any) -> Any:
    url = new_url()
    body = filled(browser, url) | {
        "title": "Bowl",
        "upc": "BOWL",
        "productcategory_set-0-category": category.pk,
        "stockrecords-0-partner": default_partner().pk,
        "stockrecords-0-partner_sku": "BOWL",
        "stockrecords-0-price": "12.50",
        "stockrecords-0-num_in_stock": "7",
    }
    return browser.post(url, body | changes)


def shown(client: Client, product: Product) -> Any:
    """What the storefront reads."""
    return client.get(f"/api/v1/products/{product.pk}/").json()


def errors_of(answer: Any) -> dict[str, list[str]]:
    """The errors of all forms of the page."""
    assert answer.status_code == 200
    found = {name: list(errors) for name, errors in answer.context["form"].errors.items()}
    for name in ("category_formset", "image_formset", "stockrecord_formset"):
        formset = answer.context[name]
        for form in formset.forms:
            found |= {f"{form.prefix}-{field}": list(errors) for field, errors in form.errors.items()}
        if formset.non_form_errors():
            found[name] = list(formset.non_form_errors())
    return found


def events() -> list[tuple[str, Any, Any]]:
    rows = OutboxEvent.objects.order_by("pk").values_list("name", "payload")
    return [
        (
            name,
            payload.get("old_price", payload.get("old_num_in_stock")),
            payload.get("new_price", payload.get("new_num_in_stock")),
        )
        for name, payload in rows
    ]


def test_change_is_seen_by_the_storefront_at_once(browser: Client, clerk: User, lamp: Product, client: Client) -> None:
    answer = save(
        browser,
        lamp,
        title="Camping lamp",
        brand="Glow",
        **{"stockrecords-0-price": "12.00", "stockrecords-0-list_price": "15.00", "stockrecords-0-num_in_stock": "8"},
    )

    assert answer["Location"] == "/dashboard/catalogue/"
    now = shown(client, lamp)
    assert (now["title"], now["brand"]["name"]) == ("Camping lamp", "Glow")
    assert (now["price"]["gross"], now["list_price"]["gross"]) == ("12.00", "15.00")
    assert stock_of(lamp) == (8, 0)
    assert events() == [("PriceChanged", "10.00", "12.00"), ("StockAdjusted", 5, 8)]
    assert {row["changed_by"] for row in OutboxEvent.objects.values_list("payload", flat=True)} == {clerk.pk}
    assert {row["reason"] for row in OutboxEvent.objects.values_list("payload", flat=True)} == {"dashboard"}


def test_form_saved_as_it_is_changes_no_figure(browser: Client, lamp: Product) -> None:
    assert save(browser, lamp).status_code == 302

    assert events() == []
    assert stock_of(lamp) == (5, 0)


def test_figure_that_was_not_edited_is_not_written_back(browser: Client, lamp: Product) -> None:
    url = f"/dashboard/catalogue/products/{lamp.pk}/"
    body = filled(browser, url)
    StockRecord.objects.filter(product=lamp).update(num_in_stock=3)  # two were shipped meanwhile

    answer = browser.post(url, body | {"title": "Camping lamp"})

    assert answer.status_code == 302
    assert stock_of(lamp) == (3, 0)


def test_edited_figure_that_has_changed_meanwhile_is_refused(browser: Client, lamp: Product) -> None:
    url = f"/dashboard/catalogue/products/{lamp.pk}/"
    body = filled(browser, url)
    StockRecord.objects.filter(product=lamp).update(num_in_stock=3)

    answer = browser.post(url, body | {"title": "Camping lamp", "stockrecords-0-num_in_stock": "6"})

    assert errors_of(answer) == {
        "stockrecords-0-num_in_stock": ["Somebody else has changed this since you opened the form. It is now: 3"],
        "stockrecords-0-__all__": ["Somebody else has changed what you edited: nothing was saved."],
    }
    assert stock_of(lamp) == (3, 0)
    assert Product.objects.get(pk=lamp.pk).title == "Lamp"


def test_stock_below_what_is_promised_is_a_form_error(browser: Client, lamp: Product) -> None:
    make_order(lamp, quantity=4)
    OutboxEvent.objects.all().delete()

    answer = save(browser, lamp, title="Camping lamp", **{"stockrecords-0-num_in_stock": "3"})

    message = "4 are promised to orders: cancel or ship them first."
    assert errors_of(answer) == {"stockrecords-0-num_in_stock": [message]}
    assert message in answer.content.decode()
    assert stock_of(lamp) == (5, 4)
    assert Product.objects.get(pk=lamp.pk).title == "Lamp"
    assert events() == []


def test_stock_record_with_promises_cannot_be_deleted(browser: Client, lamp: Product) -> None:
    make_order(lamp, quantity=1)

    answer = save(browser, lamp, **{"stockrecords-0-DELETE": "on"})

    assert errors_of(answer) == {
        "stockrecords-0-num_in_stock": ["1 are promised to orders: cancel or ship them first."]
    }
    assert stock_of(lamp) == (5, 1)


def test_stock_record_without_promises_is_deleted(browser: Client, lamp: Product) -> None:
    assert save(browser, lamp, **{"stockrecords-0-DELETE": "on"}).status_code == 302

    assert StockRecord.objects.count() == 0
    names = OutboxEvent.objects.filter(payload__reason="dashboard").values_list("name", flat=True)
    assert sorted(names) == ["PriceChanged", "StockAdjusted"]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("price", "-1", "A price is zero or more."),
        ("price", "1.005", "Ensure that there are no more than 2 decimal places."),
        ("price", "NaN", "Enter a number."),
        ("price", "1e400", "Ensure that there are no more than 12 digits in total."),
        ("price", "99999999999", "Ensure that there are no more than 10 digits before the decimal point."),
        ("list_price", "10.00", "The list price is the one before the reduction: above the price."),
        ("list_price", "-3", "A price is zero or more."),
        ("num_in_stock", "-1", "Ensure this value is greater than or equal to 0."),
        ("num_in_stock", "9999999999", "Ensure this value is less than or equal to 2147483647."),
        ("num_in_stock", "many", "Enter a whole number."),
        ("num_in_stock", "", "This field is required."),
        ("partner", "0", "Select a valid choice. That choice is not one of the available choices."),
        ("partner_sku", "", "This field is required."),
        ("partner_sku", "a\0b", "Null characters are not allowed."),
    ],
)
def test_senseless_figure_is_a_form_error(browser: Client, lamp: Product, field: str, value: str, message: str) -> None:
    answer = save(browser, lamp, **{f"stockrecords-0-{field}": value})

    assert message in errors_of(answer)[f"stockrecords-0-{field}"]
    assert stock_of(lamp) == (5, 0)
    assert events() == []


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"title": ""}, "title", "Your product must have a title."),
        ({"slug": "bowl"}, "slug", "Product with this Slug already exists."),
        ({"slug": "search"}, "slug", "A slug may not be a number or a word of the API."),
        ({"slug": "123"}, "slug", "A slug may not be a number or a word of the API."),
        ({"slug": "a b"}, "slug", "Enter a valid “slug” consisting of letters, numbers, underscores or hyphens."),
        ({"upc": "BOWL"}, "upc", "Another product has this SKU."),
        ({"title": "x" * 300}, "title", "Ensure this value has at most 255 characters (it has 300)."),
        ({"structure": "child"}, "__all__", "A child product needs a parent."),
        ({"structure": "parent"}, "__all__", "A parent product can't have stockrecords."),
        (
            {"images-0-original": SimpleUploadedFile("x.png", b"<svg/>", "image/png")},
            "images-0-original",
            "Upload a valid image. The file you uploaded was either not an image or a corrupted image.",
        ),
    ],
)
def test_senseless_product_is_a_form_error(
    browser: Client, lamp: Product, changes: dict[str, Any], field: str, message: str
) -> None:
    make_product("Bowl", sku="BOWL")

    answer = save(browser, lamp, **changes)

    assert errors_of(answer)[field] == [message]
    before = Product.objects.get(pk=lamp.pk)
    assert (before.title, before.slug, before.upc, before.structure) == ("Lamp", "lamp", "LAMP", "standalone")


@pytest.mark.parametrize("value", ["abc", "-1", "9" * 30, "1\0", "１"])
def test_senseless_recommendation_is_a_form_error(browser: Client, lamp: Product, value: str) -> None:
    answer = save(browser, lamp, **{"primary_recommendations-0-recommendation": value})

    forms = answer.context["recommended_formset"].forms
    assert "recommendation" in forms[0].errors


@pytest.mark.parametrize("slug", ["'; --", "x\0y", "a b"])
def test_page_with_errors_still_links_to_what_is_stored(browser: Client, lamp: Product, slug: str) -> None:
    page = save(browser, lamp, slug=slug)

    assert page.status_code == 200
    assert f'href="/~shop/catalogue/lamp_{lamp.pk}/"' in page.content.decode()


def test_description_is_made_harmless(browser: Client, lamp: Product, client: Client) -> None:
    evil = '<p onclick="x()">Good<script>alert(1)</script><img src="x" onerror="y()"></p>'

    save(browser, lamp, description=evil)

    assert Product.objects.get(pk=lamp.pk).description == '<p>Good<img src="x"></p>'
    assert shown(client, lamp)["description"] == '<p>Good<img src="x"></p>'


def test_brand_is_found_whatever_its_case_and_taken_away(browser: Client, lamp: Product) -> None:
    brand = Brand.objects.create(name="Glow", slug="glow")

    save(browser, lamp, brand="  GLOW ")
    assert Product.objects.get(pk=lamp.pk).brand == brand
    assert filled(browser, f"/dashboard/catalogue/products/{lamp.pk}/")["brand"] == "Glow"

    save(browser, lamp, brand="")
    assert Product.objects.get(pk=lamp.pk).brand is None
    assert Brand.objects.count() == 1


def test_rating_that_changed_meanwhile_is_not_written_back(browser: Client, lamp: Product) -> None:
    form_view = browser.get(f"/dashboard/catalogue/products/{lamp.pk}/").context["form"].instance
    assert form_view.rating is None
    Product.objects.filter(pk=lamp.pk).update(rating=4.5)

    save(browser, lamp, title="Camping lamp")

    assert Product.objects.get(pk=lamp.pk).rating == 4.5


def test_new_product_is_sold_at_once(browser: Client, category: Category, client: Client) -> None:
    answer = create(browser, category, **{"stockrecords-0-list_price": "20.00"}, description="<p>Round.</p>")

    assert answer["Location"] == "/dashboard/catalogue/"
    bowl = Product.objects.get(upc="BOWL")
    record = StockRecord.objects.get(product=bowl)
    assert (record.price_currency, str(record.price), str(record.list_price)) == ("GBP", "12.50", "20.00")
    assert (record.num_in_stock, record.num_allocated) == (7, 0)
    assert bowl.slug == "bowl"
    now = shown(client, bowl)
    assert (now["price"]["gross"], now["availability"]["code"]) == ("12.50", "instock")
    assert [each["name"] for each in now["categories"]] == ["Light"]
    assert events() == [
        ("ProductPublished", None, None),
        ("PriceChanged", None, "12.50"),
        ("StockAdjusted", 0, 7),
        ("AvailabilityChanged", None, None),
    ]


def test_new_product_of_a_taken_title_gets_a_free_slug(browser: Client, category: Category, lamp: Product) -> None:
    create(browser, category, title="Lamp")

    assert Product.objects.get(upc="BOWL").slug == "lamp-2"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"upc": "LAMP"}, "upc"),
        ({"slug": "lamp"}, "slug"),
        ({"stockrecords-0-price": "-1"}, "stockrecords-0-price"),
        ({"stockrecords-0-partner_sku": "LAMP"}, "stockrecords-0-__all__"),
    ],
)
def test_new_product_with_an_error_is_not_written(
    browser: Client, category: Category, lamp: Product, changes: dict[str, str], field: str
) -> None:
    answer = create(browser, category, **changes)

    assert field in errors_of(answer)
    assert [product.pk for product in Product.objects.all()] == [lamp.pk]
    assert Brand.objects.count() == 0
    assert events() == []


def test_picture_is_stored_in_its_order(browser: Client, lamp: Product) -> None:
    data = BytesIO()
    Image.new("RGB", (40, 30)).save(data, "PNG")
    files = {
        "images-0-original": SimpleUploadedFile("a.png", data.getvalue(), "image/png"),
        "images-0-caption": "Front",
        "images-0-display_order": "1",
        "images-1-original": SimpleUploadedFile("b.png", data.getvalue(), "image/png"),
        "images-1-caption": "Back",
        "images-1-display_order": "0",
    }

    assert save(browser, lamp, **files).status_code == 302

    assert [(image.caption, image.display_order) for image in lamp.images.order_by("display_order")] == [
        ("Back", 0),
        ("Front", 1),
    ]


@pytest.mark.parametrize("kind", ["TIFF", "BMP"])
def test_picture_that_the_api_refuses_is_a_form_error(browser: Client, lamp: Product, kind: str) -> None:
    answer = save(browser, lamp, **{"images-0-original": upload(plain(kind), f"a.{kind.lower()}")})
    assert errors_of(answer)["images-0-original"] == [
        "This is no sound picture: JPEG, PNG, WebP, AVIF and GIF are taken."
    ]
    assert not lamp.images.exists()


def test_product_has_no_more_pictures_than_the_api_gives_it(
    browser: Client, lamp: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formsets, "MAX_PICTURES", 1)
    files = {f"images-{number}-original": upload() for number in range(2)}
    answer = save(browser, lamp, **files)
    assert answer.status_code == 200
    assert answer.context["image_formset"].non_form_errors() == ["A product has at most 1 pictures."]
    assert not lamp.images.exists()
    assert save(browser, lamp, **{"images-0-original": upload()}).status_code == 302
    assert lamp.images.count() == 1


def test_variant_makes_its_product_a_parent(browser: Client, category: Category, client: Client) -> None:
    parent = make_product("Shirt", category_ids=[category.pk])
    StockRecord.objects.filter(product=parent).delete()
    url = f"/dashboard/catalogue/products/{parent.pk}/create-variant/"
    body = filled(browser, url) | {
        "title": "Shirt blue",
        "stockrecords-0-partner": default_partner().pk,
        "stockrecords-0-partner_sku": "SHIRT-BLUE",
        "stockrecords-0-price": "9.00",
        "stockrecords-0-num_in_stock": "2",
    }

    assert browser.post(url, body).status_code == 302

    parent.refresh_from_db()
    assert parent.structure == "parent"
    assert [child.slug for child in parent.children.all()] == ["shirt-blue"]
    assert [variant["price"]["gross"] for variant in shown(client, parent)["variants"]] == ["9.00"]


def test_variant_of_a_product_with_stock_is_refused(browser: Client, lamp: Product) -> None:
    url = f"/dashboard/catalogue/products/{lamp.pk}/create-variant/"

    browser.post(url, {"title": "Lamp blue", "structure": "child"} | _empty_formsets())

    assert Product.objects.count() == 1
    assert Product.objects.get().structure == "standalone"


def _empty_formsets() -> dict[str, str]:
    prefixes = ("productcategory_set", "images", "recommendations", "stockrecords")
    return {
        f"{prefix}-{name}": "0" for prefix in prefixes for name in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS")
    }


def test_product_never_ordered_is_deleted(browser: Client, lamp: Product, client: Client) -> None:
    assert browser.get(f"/dashboard/catalogue/products/{lamp.pk}/delete/").status_code == 200

    answer = browser.post(f"/dashboard/catalogue/products/{lamp.pk}/delete/", follow=True)

    assert "'Lamp' was deleted." in answer.content.decode().replace("&#x27;", "'")
    assert Product.objects.count() == 0
    assert client.get(f"/api/v1/products/{lamp.pk}/").status_code == 404


def test_product_once_ordered_is_hidden_instead(browser: Client, lamp: Product, client: Client) -> None:
    order = make_order(lamp)

    answer = browser.post(f"/dashboard/catalogue/products/{lamp.pk}/delete/", follow=True)

    assert "was ordered before, so it cannot be deleted. It is hidden from the shop now." in answer.content.decode()
    assert Product.objects.get(pk=lamp.pk).is_public is False
    assert client.get(f"/api/v1/products/{lamp.pk}/").status_code == 404
    assert order.lines.get().product_id == lamp.pk
    assert stock_of(lamp) == (5, 1)


def test_parent_with_an_ordered_variant_is_hidden_with_all(browser: Client) -> None:
    parent, children = make_parent("Shirt", {"Blue": ("9.00", 3), "Red": ("9.00", 3)})
    make_order(children[0])

    browser.post(f"/dashboard/catalogue/products/{parent.pk}/delete/")

    assert Product.objects.count() == 3
    assert Product.objects.get(pk=parent.pk).is_public is False


def test_last_variant_deleted_makes_its_parent_stand_alone(browser: Client) -> None:
    parent, children = make_parent("Shirt", {"Blue": ("9.00", 3)})

    answer = browser.post(f"/dashboard/catalogue/products/{children[0].pk}/delete/")

    assert answer["Location"] == f"/dashboard/catalogue/products/{parent.pk}/"
    assert Product.objects.get().structure == "standalone"


def test_product_type_in_use_cannot_be_deleted(browser: Client, lamp: Product) -> None:
    kind = lamp.product_class

    answer = browser.post(f"/dashboard/catalogue/product-type/{kind.pk}/delete/", follow=True)

    assert "This is still in use: 1 product." in answer.content.decode()
    assert ProductClass.objects.filter(pk=kind.pk).exists()


def test_product_type_without_products_is_deleted(browser: Client) -> None:
    kind = product_class_named("Spare")

    assert browser.post(f"/dashboard/catalogue/product-type/{kind.pk}/delete/").status_code == 302

    assert not ProductClass.objects.filter(pk=kind.pk).exists()


def test_list_shows_the_stock_of_each_partner(browser: Client, lamp: Product) -> None:
    make_order(lamp, quantity=2)

    assert f"{Partner.objects.get().name}: 3 free" in browser.get("/dashboard/catalogue/").content.decode()


@pytest.mark.parametrize(
    "query", [{"page": "abc"}, {"page": "-1"}, {"initial": "x"}, {"page": "9" * 30}, {"initial": "1,"}]
)
def test_senseless_look_up_finds_nothing(browser: Client, query: dict[str, str]) -> None:
    answer = browser.get("/dashboard/catalogue/product-lookup/", query)

    assert answer.json() == {"results": [], "pagination": {"more": False}}


def test_look_up_finds_products_by_title(browser: Client, lamp: Product) -> None:
    answer = browser.get("/dashboard/catalogue/product-lookup/", {"q": "lam", "page": "1"})

    assert answer.json()["results"] == [{"id": lamp.pk, "text": "Lamp"}]
