"""What stands beside products: old addresses, parts, categories, brands, attributes, options. And their ETags."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from oscar.apps.catalogue.reviews.models import ProductReview
from rest_framework.test import APIClient

from forked_apps.catalogue.models import (
    AttributeOption,
    AttributeOptionGroup,
    Brand,
    Category,
    Option,
    Product,
    ProductAttribute,
    ProductRecommendation,
)
from forked_apps.catalogue.operations import product_class_named
from forked_apps.search.operations import rebuild, rebuild_noted
from nexus_shop.accounts.models import User
from tests.factories.shop import make_category, make_parent, make_product, make_user

pytestmark = pytest.mark.django_db

API = "/api/v1/"


def rename(product: Product, slug: str) -> None:
    Product.objects.filter(pk=product.pk).update(slug=slug)
    rebuild_noted()


def make_review(product: Product, title: str, *, user: User | None = None, **options: Any) -> ProductReview:
    made: ProductReview = ProductReview.objects.create(
        product=product,
        title=title,
        body="Very <b>good</b>",
        score=options.pop("score", 4),
        user=user,
        name="" if user else "Bob",
        email="" if user else "bob@example.com",
        status=options.pop("status", ProductReview.APPROVED),
    )
    ProductReview.objects.filter(pk=made.pk).update(**options)
    return made


# Old addresses


def test_old_slug_leads_to_the_new_one(api: APIClient) -> None:
    product = make_product("Blue Mug")
    rename(product, "azure-mug")
    rename(product, "navy-mug")
    for old in ("blue-mug", "azure-mug"):
        response = api.get(f"{API}products/{old}/?fields=id")
        assert (response.status_code, response.content) == (301, b"")
        assert response.headers["Location"] == f"{API}products/navy-mug/?fields=id"
        assert response.headers["Cache-Control"] == "public, max-age=0, s-maxage=30"
        assert api.head(f"{API}products/{old}/").headers["Location"] == f"{API}products/navy-mug/"
        assert api.get(response.headers["Location"]).json() == {"id": product.pk}
    for part in ("variants", "media", "related", "reviews", "price", "price-history", "availability"):
        response = api.get(f"{API}products/blue-mug/{part}/")
        assert (response.status_code, response.headers["Location"]) == (301, f"{API}products/navy-mug/{part}/")
        assert api.get(response.headers["Location"]).status_code == 200
    response = api.get(f"{API}products/blue-mug/price/?quantity=2")
    assert response.headers["Location"] == f"{API}products/navy-mug/price/?quantity=2"


def test_slug_that_another_product_has_taken_is_its_own(api: APIClient) -> None:
    first = make_product("Mug")
    rename(first, "old-mug")
    second = make_product("Mug")
    assert second.slug == "mug"
    assert api.get(f"{API}products/mug/").json()["id"] == second.pk
    rename(second, "new-mug")
    assert api.get(f"{API}products/mug/").headers["Location"] == f"{API}products/new-mug/"
    rename(second, "mug")
    assert api.get(f"{API}products/mug/").json()["id"] == second.pk
    assert api.get(f"{API}products/new-mug/").headers["Location"] == f"{API}products/mug/"


def test_old_slug_of_what_is_not_public_leads_nowhere(api: APIClient) -> None:
    product = make_product("Mug")
    rename(product, "old-mug")
    parent, (child,) = make_parent("Shirt", {"S": ("20.00", 3)})
    rename(child, "small-shirt")
    assert api.get(f"{API}products/shirt-s/").status_code == 301
    Product.objects.filter(pk__in=[product.pk, parent.pk]).update(is_public=False)
    rebuild_noted()
    for key in ("mug", "shirt-s", "old-mug"):
        assert api.get(f"{API}products/{key}/").status_code == 404
    product.delete()
    assert api.get(f"{API}products/mug/").status_code == 404


def test_old_path_of_a_category_and_of_what_stands_below(api: APIClient) -> None:
    men = make_category("Men")
    shoes = make_category("Shoes", men)
    Category.objects.filter(pk=men.pk).update(slug="gents")
    for old, new in {"men": "gents", "men/shoes": "gents/shoes"}.items():
        response = api.get(f"{API}categories/{old}/")
        assert (response.status_code, response.headers["Location"]) == (301, f"{API}categories/{new}/")
        assert api.get(response.headers["Location"]).status_code == 200
    Category.objects.filter(pk=shoes.pk).update(slug="boots")
    assert api.get(f"{API}categories/gents/shoes/").headers["Location"] == f"{API}categories/gents/boots/"
    mug = make_product("Mug", category_ids=[shoes.pk])
    moved = api.get(f"{API}products/?category=gents/shoes&ordering=title&attr.x=1")
    assert moved.status_code == 301
    moved = api.get(f"{API}products/?category=gents/shoes&ordering=title")
    assert (moved.status_code, moved.content, moved.headers["Cache-Tag"]) == (301, b"", "products, categories")
    assert moved.headers["Location"] == f"{API}products/?category=gents%2Fboots&ordering=title"
    assert [each["id"] for each in api.get(moved.headers["Location"]).json()["results"]] == [mug.pk]
    assert api.get(f"{API}products/?category=women").status_code == 404
    assert api.get(f"{API}categories/men/hats/").status_code in {301, 404}
    assert api.get(f"{API}categories/women/").status_code == 404


# Parts of a product


def test_variants_and_media(api: APIClient) -> None:
    parent, (small, large) = make_parent("Shirt", {"S": ("20.00", 0), "L": ("25.00", 3)})
    detail = api.get(f"{API}products/{parent.pk}/").json()
    body = api.get(f"{API}products/shirt/variants/").json()
    assert body == {"results": detail["variants"], "next": None, "previous": None, "count": 2}
    assert [variant["id"] for variant in body["results"]] == [small.pk, large.pk]
    assert api.get(f"{API}products/{small.pk}/variants/").json()["results"] == []
    assert api.get(f"{API}products/sku:{small.upc}/media/").json() == {
        "results": [],
        "next": None,
        "previous": None,
        "count": 0,
    }


def test_parts_have_etags_of_their_own(api: APIClient) -> None:
    make_product("Mug")
    paths = [f"{API}products/mug/", *(f"{API}products/mug/{part}/" for part in ("variants", "media", "related"))]
    etags = {path: api.get(path).headers["ETag"] for path in paths}
    assert len(set(etags.values())) == 4
    for path, etag in etags.items():
        assert api.get(path, HTTP_IF_NONE_MATCH=etag).status_code == 304
        others = ", ".join(each for each in etags.values() if each != etag)
        assert api.get(path, HTTP_IF_NONE_MATCH=others).status_code == 200


def test_related_products(api: APIClient) -> None:
    mug, saucer, spoon, hidden = (make_product(title) for title in ("Mug", "Saucer", "Spoon", "Hidden"))
    _, (small,) = make_parent("Shirt", {"S": ("20.00", 3)})
    for ranking, product in enumerate((saucer, spoon, hidden, small)):
        ProductRecommendation.objects.create(primary=mug, recommendation=product, ranking=ranking)
    Product.objects.filter(pk=hidden.pk).update(is_public=False)
    rebuild_noted()
    body = api.get(f"{API}products/mug/related/").json()
    assert [(each["kind"], each["title"]) for each in body["results"]] == [
        *(("related", "S"), ("related", "Spoon"), ("related", "Saucer"))
    ]
    assert body["results"][1] == {"kind": "related"} | api.get(f"{API}products/?ordering=-title").json()["results"][0]
    assert (body["count"], body["results"][0]["structure"]) == (3, "child")
    assert api.get(f"{API}products/mug/related/?kind=up_sell").json()["results"] == []
    assert api.get(f"{API}products/mug/related/?kind=bought").json()["errors"][0]["parameter"] == "kind"
    etag = api.get(f"{API}products/mug/related/").headers["ETag"]
    ProductRecommendation.objects.filter(recommendation=spoon).delete()
    assert api.get(f"{API}products/mug/related/", HTTP_IF_NONE_MATCH=etag).status_code == 200


def test_reviews_are_the_approved_ones_without_addresses(api: APIClient) -> None:
    mug = make_product("Mug")
    moment = timezone.now()
    make_review(mug, "Third", user=make_user("ann@example.com", username="ann"), date_created=moment, delta_votes=1)
    make_review(mug, "First", date_created=moment - timedelta(days=2))
    make_review(mug, "Second", user=make_user("eve@example.com", username="eve@example.com"), date_created=moment)
    make_review(mug, "Waiting", status=ProductReview.FOR_MODERATION)
    make_review(mug, "Refused", status=ProductReview.REJECTED)
    make_review(make_product("Pen"), "Other")
    response = api.get(f"{API}products/mug/reviews/")
    body = response.json()
    assert [(each["title"], each["user"]) for each in body["results"]] == [
        ("Second", None),
        ("Third", {"username": "ann"}),
        ("First", None),
    ]
    assert (body["count"], body["next"], body["previous"]) == (3, None, None)
    assert set(body["results"][0]) == {"id", "title", "body", "score", "votes", "user", "date_created"}
    assert body["results"][1]["votes"] == {"total": 0, "delta": 1}
    assert b"@" not in response.content
    assert b"Bob" not in response.content
    found, url = [], f"{API}products/mug/reviews/?page_size=1"
    while url:
        page = api.get(url).json()
        found += [each["title"] for each in page["results"]]
        url = page["next"]
    assert found == ["Second", "Third", "First"]


@pytest.mark.parametrize("part", ["variants", "media", "related", "reviews"])
@pytest.mark.parametrize("key", ["0", "999999", "9" * 5000, "no-such", "sku:", "sku:no", "%00", "hidden"])
def test_parts_of_nothing(api: APIClient, part: str, key: str) -> None:
    Product.objects.filter(pk=make_product("Hidden").pk).update(is_public=False)
    rebuild_noted()
    response = api.get(f"{API}products/{key}/{part}/")
    assert response.status_code == 404
    assert response.json()["code"] == "not_found"


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("products/mug/reviews/?cursor=x", "cursor"),
        ("products/mug/reviews/?cursor=", "cursor"),
        ("products/mug/reviews/?page=1", "page"),
        ("products/mug/reviews/?page_size=0", "page_size"),
        ("products/mug/reviews/?page_size=9223372036854775808", "page_size"),
        ("products/mug/variants/?page=1", "page"),
        ("products/mug/media/?x=1", "x"),
        ("categories/things/?depth=1", "depth"),
        ("brands/?page=0", "page"),
        ("brands/?page_size=101", "page_size"),
        ("brands/?page=101&page_size=100", "page"),
        ("brands/oak/?fields=id", "fields"),
        ("attributes/?page=NaN", "page"),
        ("options/?page=-1", "page"),
        ("options/?ordering=name", "ordering"),
    ],
)
def test_bad_parameters(api: APIClient, path: str, parameter: str) -> None:
    make_product("Mug")
    response = api.get(f"{API}{path}")
    assert response.status_code == 400, response.content
    assert response.json()["errors"][0]["parameter"] == parameter


# Categories


def test_categories_tell_how_many_products_are_listed(api: APIClient) -> None:
    things = make_category("Things")
    small, large = make_category("Small", things), make_category("Large", things)
    both = make_product("Both", category_ids=[small.pk, large.pk])
    make_product("Small one", category_ids=[small.pk])
    parent, _ = make_parent("Shirt", {"S": ("20.00", 3), "M": ("20.00", 3)})
    parent.categories.add(things)
    rebuild_noted()
    (root,) = api.get(f"{API}categories/").json()
    counts = {node["name"]: node["product_count"] for node in [root, *root["children"]]}
    assert counts == {"Things": 3, "Small": 2, "Large": 1}
    etag = api.get(f"{API}categories/").headers["ETag"]
    assert api.get(f"{API}categories/", HTTP_IF_NONE_MATCH=etag).status_code == 304
    assert api.get(f"{API}categories/?depth=1").headers["ETag"] != etag
    Product.objects.filter(pk=both.pk).update(is_public=False)
    rebuild_noted()
    response = api.get(f"{API}categories/", HTTP_IF_NONE_MATCH=etag)
    assert response.status_code == 200
    assert [node["product_count"] for node in [*response.json(), *response.json()[0]["children"]]] == [2, 1, 0]
    for node in (response.json()[0], *response.json()[0]["children"]):
        listed = api.get(f"{API}products/?category={node['id']}").json()
        assert listed["count"] == node["product_count"] == len(listed["results"])


def test_category_by_id_and_path(api: APIClient) -> None:
    things = make_category("Things")
    small = make_category("Small", things)
    tiny = make_category("Tiny", small)
    hidden = make_category("Hidden", small)
    Category.objects.filter(pk=hidden.pk).update(is_public=False)
    Category.objects.filter(pk=small.pk).update(
        description="<p>All <script>alert(1)</script>small</p>", meta_title="Small things"
    )
    make_product("Mug", category_ids=[tiny.pk])
    body = api.get(f"{API}categories/{small.pk}/").json()
    assert body == api.get(f"{API}categories/things/small/").json()
    assert body == {
        "id": small.pk,
        "name": "Small",
        "slug": "small",
        "path": "things/small",
        "image": None,
        "product_count": 1,
        "children": [
            {
                "id": tiny.pk,
                "name": "Tiny",
                "slug": "tiny",
                "path": "things/small/tiny",
                "image": None,
                "product_count": 1,
                "children": [],
            }
        ],
        "description": "<p>All small</p>",
        "long_description": "",
        "breadcrumbs": [
            {"id": things.pk, "name": "Things", "slug": "things", "path": "things"},
            {"id": small.pk, "name": "Small", "slug": "small", "path": "things/small"},
        ],
        "seo": {"title": "Small things", "description": "All small", "alternates": []},
    }


LONG = ["9" * 4301, "0" * 5000]


@pytest.mark.parametrize("key", [*LONG, "0", "99999999999999999999", "no", "small", "things/no", "%00", "１", "hidden"])
def test_category_that_is_not_there(api: APIClient, key: str) -> None:
    make_category("Small", make_category("Things"))
    Category.objects.filter(pk=make_category("Hidden").pk).update(is_public=False)
    response = api.get(f"{API}categories/{key}/")
    assert response.status_code == 404
    assert response.json()["code"] == "not_found"


# Brands, attributes, options


def test_brands(api: APIClient) -> None:
    oak, elm = (Brand.objects.create(name=name, slug=name.lower()) for name in ("oak", "Elm"))
    mug = make_product("Mug")
    Product.objects.filter(pk=mug.pk).update(brand=oak)
    rebuild([mug.pk])
    body = api.get(f"{API}brands/").json()
    assert body["results"] == [
        {"id": elm.pk, "name": "Elm", "slug": "elm", "product_count": 0},
        {"id": oak.pk, "name": "oak", "slug": "oak", "product_count": 1},
    ]
    assert (body["count"], body["next"]) == (2, None)
    second = api.get(f"{API}brands/?page=2&page_size=1").json()
    assert (second["results"], second["previous"]) == (body["results"][1:], f"{API}brands/?page=1&page_size=1")
    assert api.get(f"{API}brands/?page=9").json()["results"] == []
    for key in ("oak", oak.pk):
        assert api.get(f"{API}brands/{key}/").json() == body["results"][1]
    for key in ("no", "999999", "99999999999999999999", "%00"):
        assert api.get(f"{API}brands/{key}/").status_code == 404


def test_attributes_with_the_values_in_use(api: APIClient) -> None:
    kind = product_class_named("General")
    for code in ("color", "color_2", "unused"):
        ProductAttribute.objects.create(product_class=kind, name=code.title(), code=code, type="text")
    ProductAttribute.objects.create(product_class=product_class_named("B"), name="Colour", code="color", type="option")
    color = ProductAttribute.objects.get(code="color", product_class=kind)
    other = ProductAttribute.objects.get(code="color_2")
    for value in ("red", "blue", "red"):
        product = make_product()
        product.attribute_values.create(attribute=color, value_text=value)
        product.attribute_values.create(attribute=other, value_text="x")
        rebuild([product.pk])
    results = api.get(f"{API}attributes/").json()["results"]
    assert results == [
        {
            "code": "color",
            "name": "Color",
            "type": "text",
            "values": [
                {"value": "red", "display": "red", "product_count": 2},
                {"value": "blue", "display": "blue", "product_count": 1},
            ],
        },
        {
            "code": "color_2",
            "name": "Color_2",
            "type": "text",
            "values": [{"value": "x", "display": "x", "product_count": 3}],
        },
        {"code": "unused", "name": "Unused", "type": "text", "values": []},
    ]
    for value in results[0]["values"]:
        found = api.get(f"{API}products/?attr.color={value['value']}").json()
        assert len(found["results"]) == value["product_count"]


def test_options(api: APIClient) -> None:
    group = AttributeOptionGroup.objects.create(name="Wraps")
    for name, price in (("Paper", "1.50"), ("Silk", "4.00")):
        AttributeOption.objects.create(group=group, option=name, price=price)
    Option.objects.create(name="Wrap", code="wrap", type="select", option_group=group, order=1, required=True)
    Option.objects.create(name="Text", code="text", type="text", price="2.00", order=0, help_text="What to say")
    body = api.get(f"{API}options/").json()
    money = {"amount": "0.00", "currency": "GBP"}
    assert body["results"] == [
        {
            "code": "text",
            "name": "Text",
            "type": "text",
            "required": False,
            "help_text": "What to say",
            "extra_price": {"amount": "2.00", "currency": "GBP"},
            "choices": [],
        },
        {
            "code": "wrap",
            "name": "Wrap",
            "type": "select",
            "required": True,
            "help_text": "",
            "extra_price": money,
            "choices": [
                {"choice": "Paper", "display": "Paper", "extra_price": {"amount": "1.50", "currency": "GBP"}},
                {"choice": "Silk", "display": "Silk", "extra_price": {"amount": "4.00", "currency": "GBP"}},
            ],
        },
    ]


def test_all_are_cacheable_by_anybody(api: APIClient) -> None:
    make_product("Mug", category_ids=[make_category("Things").pk])
    Brand.objects.create(name="Oak", slug="oak")
    paths = [
        *("products/", "products/mug/", "products/mug/variants/", "products/mug/media/", "products/mug/related/"),
        *("products/mug/reviews/", "categories/", "categories/things/", "brands/", "brands/oak/", "attributes/"),
        "options/",
    ]
    for path in paths:
        response = api.get(API + path, HTTP_AUTHORIZATION="Bearer nonsense")
        assert response.status_code == 200, path
        assert response.headers["Cache-Control"] == "public, max-age=0, s-maxage=30"
        assert {"Accept-Language", "X-Store-Key"} <= {name.strip() for name in response.headers["Vary"].split(",")}
        assert response.headers["Content-Language"] == "en"
        assert response.headers["Cache-Tag"]
        etag = response.headers["ETag"]
        again = api.get(API + path, HTTP_IF_NONE_MATCH=etag)
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag)
        head = api.head(API + path)
        assert (head.status_code, head.content, head.headers["ETag"]) == (200, b"", etag)
