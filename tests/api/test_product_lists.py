"""The product list: each filter, each order, walks by cursor, sparse and expanded products, refusals, ETags."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from forked_apps.catalogue.models import (
    AttributeOption,
    AttributeOptionGroup,
    Brand,
    Product,
    ProductAttribute,
    ProductClass,
)
from forked_apps.order.operations import change_order_status
from forked_apps.partner.models import StockRecord
from forked_apps.search import popularity
from forked_apps.search.counting import fold_counts
from forked_apps.search.models import ListedCount
from forked_apps.search.operations import rebuild, rebuild_noted, stale_products
from forked_apps.search.popularity import count_popularity
from nexus_shop.api.rest.cursors import cursor_of, words_of
from nexus_shop.api.rest.serializers.listing import CARD, DETAIL, EXPANDABLE
from tests.factories.shop import make_category, make_order, make_parent, make_product, make_reviews
from tests.performance.statements import statements_of

pytestmark = pytest.mark.django_db

LIST = "/api/v1/products/"


def titles(api: APIClient, query: str) -> list[str]:
    response = api.get(f"{LIST}?{query}")
    assert response.status_code == 200, response.content
    return [card["title"] for card in response.json()["results"]]


def make_attribute(code: str, kind: str = "text") -> ProductAttribute:
    product_class = ProductClass.objects.get_or_create(name="General", slug="general")[0]
    made: ProductAttribute = ProductAttribute.objects.create(
        product_class=product_class, name=code.title(), code=code, type=kind
    )
    return made


def put(product: Product, **values: Any) -> Product:
    """Give the product values of its attributes."""
    for code, value in values.items():
        attribute = ProductAttribute.objects.get(code=code)
        product.attribute_values.create(attribute=attribute, **{f"value_{attribute.type}": value})
    rebuild([product.pk])
    return product


def brand(name: str, *products: Product) -> Brand:
    made = Brand.objects.create(name=name, slug=name.lower())
    Product.objects.filter(pk__in=[product.pk for product in products]).update(brand=made)
    rebuild([product.pk for product in products])
    return made


# Filters


def test_brand_by_slug_and_id(api: APIClient) -> None:
    oak = brand("Oak", make_product("A"), make_product("B"))
    brand("Elm", make_product("C"))
    brand("Fir", make_product("D"))
    make_product("E")
    assert titles(api, "brand=oak&ordering=title") == ["A", "B"]
    assert titles(api, f"brand={oak.pk},elm&ordering=title") == ["A", "B", "C"]
    assert titles(api, "brand=fir&in_stock=false") == []
    assert api.get(f"{LIST}?brand={oak.pk},elm").json()["count"] == 3


@pytest.mark.parametrize("query", ["brand=nobody", "brand=oak,nobody", "brand=999999", "brand=99999999999999999999"])
def test_unknown_brand(api: APIClient, query: str) -> None:
    brand("Oak", make_product("A"))
    response = api.get(f"{LIST}?{query}")
    assert response.status_code == 404
    assert response.json()["errors"][0]["parameter"] == "brand"


def test_attributes_of_one_code_are_alternatives_and_codes_all_hold(api: APIClient) -> None:
    for code in ("color", "size"):
        make_attribute(code)
    put(make_product("A"), color="red", size="S")
    put(make_product("B"), color="red", size="M")
    put(make_product("C"), color="blue", size="M")
    make_product("D")
    assert titles(api, "attr.color=red&ordering=title") == ["A", "B"]
    assert titles(api, "attr.color=red,blue&ordering=title") == ["A", "B", "C"]
    assert titles(api, "attr.color=red,blue&attr.size=M&ordering=title") == ["B", "C"]
    assert titles(api, "attr.color=green") == []
    assert api.get(f"{LIST}?attr.color=red,blue").json()["count"] == 3
    assert api.get(f"{LIST}?attr.color=red").json()["count"] == 2


def test_attributes_that_are_no_texts(api: APIClient) -> None:
    for code, kind in {"weight": "float", "pages": "integer", "signed": "boolean", "made": "date"}.items():
        make_attribute(code, kind)
    make_attribute("note", "richtext")
    put(make_product("A"), weight=1.5, pages=200, signed=True, made="2026-01-02", note="<p>x</p>")
    put(make_product("B"), weight=2.0, pages=300, signed=False)
    assert titles(api, "attr.weight=1.50") == ["A"]
    assert titles(api, "attr.weight=2") == ["B"]
    assert titles(api, "attr.pages=200.0") == ["A"]
    assert titles(api, "attr.signed=true") == ["A"]
    assert titles(api, "attr.signed=false") == ["B"]
    assert titles(api, "attr.made=2026-01-02") == ["A"]
    assert titles(api, "attr.note=x") == []


def test_value_with_a_comma(api: APIClient) -> None:
    make_attribute("place")
    put(make_product("A"), place="Paris, Texas")
    put(make_product("B"), place="Texas")
    assert titles(api, "attr.place=Paris\\, Texas") == ["A"]
    assert titles(api, "attr.place=Paris, Texas") == ["B"]


def test_options_are_filtered_by(api: APIClient) -> None:
    group = AttributeOptionGroup.objects.create(name="Colours")
    red, blue = (AttributeOption.objects.create(group=group, option=name) for name in ("Red", "Blue"))
    one, many = make_attribute("one", "option"), make_attribute("many", "multi_option")
    ProductAttribute.objects.filter(pk__in=[one.pk, many.pk]).update(option_group=group)
    product = make_product("A")
    product.attribute_values.create(attribute=one, value_option=red)
    product.attribute_values.create(attribute=many).value_multi_option.set([red, blue])
    rebuild([product.pk])
    assert titles(api, "attr.one=Red") == titles(api, "attr.many=Red") == titles(api, "attr.many=Blue") == ["A"]
    assert titles(api, "attr.one=Blue") == []


def test_parent_is_found_by_its_public_variants(api: APIClient) -> None:
    make_attribute("size")
    _, (small, large) = make_parent("Shirt", {"Shirt S": ("20.00", 1), "Shirt L": ("25.00", 3)})
    put(small, size="S")
    put(large, size="L")
    assert titles(api, "attr.size=L") == titles(api, "attr.size=S") == ["Shirt"]
    Product.objects.filter(pk=large.pk).update(is_public=False)
    rebuild_noted()
    assert titles(api, "attr.size=L") == []
    assert titles(api, "attr.size=S") == ["Shirt"]


@pytest.mark.parametrize(
    ("query", "code", "parameter"),
    [
        ("attr.nothing=1", "unknown_parameter", "attr.nothing"),
        ("attr.=1", "unknown_parameter", "attr."),
        ("attr.a%20b=1", "unknown_parameter", "attr.a b"),
        ("attr.color=", "invalid_request", "attr.color"),
        ("attr.color=red,", "invalid_request", "attr.color"),
        ("attr.color=" + "x" * 101, "invalid_request", "attr.color"),
        ("attr.color=" + ",".join(map(str, range(21))), "invalid_request", "attr.color"),
        ("attr.color=%00", "invalid_request", "attr.color"),
        ("attr.color=red&attr.color=blue", "invalid_request", "attr.color"),
        ("&".join(f"attr.a{n:02}=1" for n in range(11)), "invalid_request", "attr.a10"),
        ("brand=", "invalid_request", "brand"),
        ("brand=" + ",".join(map(str, range(51))), "invalid_request", "brand"),
        ("brand=%00", "invalid_request", "brand"),
        ("rating=6", "invalid_request", "rating"),
        ("rating=-1", "invalid_request", "rating"),
        ("rating=NaN", "invalid_request", "rating"),
        ("rating=1e309", "invalid_request", "rating"),
        ("price_min=9223372036854775808", "invalid_request", "price_min"),
        ("new=perhaps", "invalid_request", "new"),
        ("on_sale=2", "invalid_request", "on_sale"),
        ("ordering=stock", "invalid_request", "ordering"),
        ("fields=id,secret", "invalid_request", "fields"),
        ("fields=description", "invalid_request", "fields"),
        ("fields=", "invalid_request", "fields"),
        ("expand=everything", "invalid_request", "expand"),
        ("count=some", "invalid_request", "count"),
        ("facets=brand", "unknown_parameter", "facets"),
        ("page=1&cursor=", "invalid_request", "page"),
        ("cursor=x", "invalid_request", "cursor"),
        ("cursor=%F0%9F%92%A9", "invalid_request", "cursor"),
    ],
)
def test_bad_parameter(api: APIClient, query: str, code: str, parameter: str) -> None:
    make_attribute("color")
    response = api.get(f"{LIST}?{query}")
    assert response.status_code == 400, response.content
    assert (response.json()["code"], response.json()["errors"][0]["parameter"]) == (code, parameter)


def test_bad_parameter_is_told_what_there_is(api: APIClient) -> None:
    make_product("Mug")
    cards = ", ".join(CARD)
    told = {
        f"{LIST}?fields=id,foo": f"There is no 'foo' here, but there are: {cards}.",
        f"{LIST}?expand=foo": f"There is no 'foo' here, but there are: {', '.join(EXPANDABLE)}.",
        f"{LIST}mug/?fields=foo": f"There is no 'foo' here, but there are: {', '.join(DETAIL)}.",
        f"{LIST}?fields=": "Names of those there are, with commas between them, 1 to 50.",
        f"{LIST}?fields=" + ",".join(["id"] * 51): "Names of those there are, with commas between them, 1 to 50.",
        f"{LIST}?brand=": "Ids and slugs, with commas between them, 1 to 50.",
        f"{LIST}?rating=6": "A number from 0 to 5, with at most two decimals.",
    }
    for address, detail in told.items():
        answer = api.get(address).json()
        assert (answer["detail"], answer["errors"][0]["detail"]) == (detail, detail), address


def test_rating_new_and_on_sale(api: APIClient) -> None:
    old, good, cheap = make_product("Old"), make_product("Good"), make_product("Cheap", list_price=Decimal("15.00"))
    make_reviews(good, 4, 5)
    make_reviews(old, 2)
    Product.objects.filter(pk=old.pk).update(
        date_created=timezone.now() - timedelta(days=settings.NEW_PRODUCT_DAYS, hours=1)
    )
    rebuild_noted()
    assert titles(api, "rating=4") == titles(api, "rating=4.5") == ["Good"]
    assert titles(api, "rating=2&ordering=-rating") == ["Good", "Old"]
    assert titles(api, "new=true&ordering=title") == ["Cheap", "Good"]
    assert titles(api, "new=false") == ["Old"]
    assert titles(api, "on_sale=true") == ["Cheap"]
    assert titles(api, "on_sale=false&ordering=title") == ["Good", "Old"]
    StockRecord.objects.filter(product=cheap).update(list_price=None)
    rebuild_noted()
    assert titles(api, "on_sale=true") == []


# Orders


def test_orders_by_rating_and_popularity(api: APIClient) -> None:
    plain, best, fair = (make_product(title, stock=50) for title in ("Plain", "Best", "Fair"))
    make_reviews(best, 5)
    make_reviews(fair, 3)
    make_order(fair, quantity=3)
    make_order(plain, quantity=2)
    rebuild_noted()
    assert count_popularity() == 2
    assert titles(api, "ordering=-rating") == ["Best", "Fair", "Plain"]
    assert titles(api, "ordering=rating") == ["Plain", "Fair", "Best"]
    assert titles(api, "ordering=-popularity") == ["Fair", "Plain", "Best"]
    assert titles(api, "ordering=popularity") == ["Best", "Plain", "Fair"]


def test_popularity_is_written_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(popularity, "CHUNK", 2)
    make_order(*(make_product(stock=50) for _ in range(3)))
    statements, written = statements_of(count_popularity)
    assert (written, len([each for each in statements if "UPDATE search_productdocument" in each])) == (3, 2)
    assert count_popularity() == 0


def test_popularity_leaves_out_what_is_cancelled_or_old_and_notes_nothing(api: APIClient) -> None:
    mug, pen = make_product("Mug", stock=50), make_product("Pen", stock=50)
    _, (small, large) = make_parent("Shirt", {"S": ("20.00", 50), "L": ("25.00", 50)})
    cancelled = make_order(mug, quantity=9)
    part = make_order(mug, quantity=4)
    old = make_order(pen, quantity=5)
    make_order(small, quantity=1)
    make_order(large, quantity=1)
    change_order_status(cancelled.pk, status="cancelled")
    change_order_status(part.pk, status="cancelled", quantities={part.lines.get().pk: 1})
    type(old).objects.filter(pk=old.pk).update(date_placed=timezone.now() - timedelta(days=31))
    while rebuild_noted():
        pass
    before = api.get(f"{LIST}mug/").headers["ETag"]
    count_popularity()
    with connection.cursor() as cursor:
        cursor.execute("SELECT title_key, popularity FROM search_productdocument WHERE is_listed ORDER BY 1")
        assert cursor.fetchall() == [("mug", 3), ("pen", 0), ("shirt", 2)]
        cursor.execute("SELECT count(*) FROM search_documentnote")
        assert cursor.fetchone()[0] == 0
    assert api.get(f"{LIST}mug/").headers["ETag"] == before
    assert count_popularity() == 0
    rebuild([mug.pk])
    assert stale_products() == []
    assert titles(api, "ordering=-popularity")[0] == "Mug"


def test_what_has_no_price_stands_last(api: APIClient) -> None:
    make_product("Dear", price="9.00")
    none = make_product("None")
    StockRecord.objects.filter(product=none).delete()
    make_product("Cheap", price="1.00")
    rebuild_noted()
    assert titles(api, "ordering=price") == ["Cheap", "Dear", "None"]
    assert titles(api, "ordering=-price") == ["Dear", "Cheap", "None"]
    assert titles(api, "ordering=price&price_max=9999999999.99") == ["Cheap", "Dear"]
    assert titles(api, "ordering=-price&price_min=0") == ["Dear", "Cheap"]


# Cursors

ORDERINGS = [sign + name for name in ("date_created", "price", "title", "rating", "popularity") for sign in ("", "-")]


def fill(rows: int) -> None:
    """Documents with many ties, and some without a price."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO search_productdocument (product_id, market, language, is_public, is_listed, slug, title_key,
                price, in_stock, category_ids, date_created, rating, popularity, card, attributes, detail, etag)
            SELECT 1000000 + n, 'default', 'en', true, true, 's' || n, 'a|b ' || n %% 3,
                CASE WHEN n %% 4 = 0 THEN NULL ELSE n %% 5 + 0.99 END, n %% 2 = 0, '{}',
                '2026-01-01Z'::timestamptz + (n %% 6) * interval '1 day 0.123456 seconds', (n %% 4) / 3.0, n %% 3,
                '{"id": ' || n || '}', '[]', '{"id": ' || n || '}', md5(n::text)
            FROM generate_series(1, %s) AS n
            """,
            [rows],
        )


def walk(api: APIClient, query: str) -> list[int]:
    """The ids of all pages, from the beginning to the end."""
    found: list[int] = []
    url: str | None = f"{LIST}?cursor=&{query}"
    while url is not None:
        response = api.get(url)
        assert response.status_code == 200, response.content
        body = response.json()
        found += [card["id"] for card in body["results"]]
        assert body["previous"] is None
        assert response.headers.get("Link", "") == (f'<{body["next"]}>; rel="next"' if body["next"] else "")
        url = body["next"]
    return found


@pytest.mark.parametrize("ordering", ORDERINGS)
@pytest.mark.parametrize("narrowed", ["", "&in_stock=true", "&price_max=3"])
def test_walk_by_cursor_is_the_list(api: APIClient, ordering: str, narrowed: str) -> None:
    fill(40)
    query = f"ordering={ordering}{narrowed}"
    whole = [card["id"] for card in api.get(f"{LIST}?{query}&page_size=100").json()["results"]]
    assert len(whole) == len(set(whole)) >= 15
    for size in (1, 7, 40):
        assert walk(api, f"{query}&page_size={size}") == whole


def test_walk_neither_repeats_nor_misses_what_stays(api: APIClient) -> None:
    fill(10)
    first = api.get(f"{LIST}?cursor=&page_size=4&ordering=title").json()
    shown = {card["id"] for card in first["results"]}
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM search_productdocument WHERE product_id = ANY(%s)", [[1_000_000 + n for n in shown]]
        )
    second = api.get(first["next"]).json()
    third = api.get(second["next"]).json()
    rest = [card["id"] for page in (second, third) for card in page["results"]]
    assert sorted([*shown, *rest]) == list(range(1, 11))


def test_cursor_of_another_list_is_refused(api: APIClient) -> None:
    fill(10)
    url = api.get(f"{LIST}?cursor=&page_size=2&ordering=price").json()["next"]
    for changed in (url.replace("=price", "=-price"), url + "&in_stock=true", url.replace("ordering=price", "x=1")):
        response = api.get(changed.replace("&x=1", "").replace("x=1&", ""))
        assert response.status_code == 400
        assert response.json()["errors"][0]["parameter"] == "cursor"
    assert api.get(url.replace("page_size=2", "page_size=5") + "&fields=id").status_code == 200


@pytest.mark.parametrize("place", ["1E-999999", "1E-20000", "NaN", "1e999", "", "x", "9" * 400, "-1", "2026-01-01"])
@pytest.mark.parametrize("ordering", ["price", "rating", "popularity", "date_created", "title"])
def test_forged_cursor(api: APIClient, place: str, ordering: str) -> None:
    fill(3)
    url = api.get(f"{LIST}?cursor=&page_size=1&ordering={ordering}").json()["next"]
    signature, product_id, *own = words_of(parse_qs(urlsplit(url).query)["cursor"][0])
    wanted = {"ordering": ordering, "page_size": "1"}
    assert api.get(LIST, wanted | {"cursor": cursor_of(signature, product_id, *own)}).status_code == 200
    for forged in [(signature, 5, place), (signature, product_id, place), (signature, "7" * 5000, *own), (signature,)]:
        answer = api.get(LIST, wanted | {"cursor": cursor_of(*forged)[:2000]})
        assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, "cursor")
    assert api.get(LIST, wanted | {"cursor": cursor_of("é", 1, "\x00")}).status_code == 400


# Shapes


def test_fields_and_expand(api: APIClient) -> None:
    parent, _ = make_parent("Shirt", {"S": ("20.00", 3), "M": ("20.00", 3)})
    whole = api.get(f"{LIST}{parent.pk}/").json()
    sparse = api.get(f"{LIST}?fields=title,id").json()["results"]
    assert sparse == [{"title": "Shirt", "id": parent.pk}]
    card = api.get(LIST).json()["results"][0]
    expanded = api.get(f"{LIST}?expand=variants,media").json()["results"][0]
    assert expanded == card | {"variants": whole["variants"], "media": whole["media"]}
    both = api.get(f"{LIST}?fields=id&expand=attributes").json()["results"]
    assert both == [{"id": parent.pk, "attributes": []}]
    assert api.get(f"{LIST}{parent.pk}/?fields=id,variants").json() == {"id": parent.pk, "variants": whole["variants"]}
    assert api.get(f"{LIST}{parent.pk}/?fields=secret").json()["errors"][0]["parameter"] == "fields"


# ETags


def test_etag_changes_with_the_body_and_only_then(api: APIClient) -> None:
    make_product("A", price="1.00")
    b = make_product("B", price="2.00")
    seen: dict[str, bytes] = {}
    queries = ["", "page_size=1", "page_size=1&page=2", "ordering=price", "fields=id", "expand=media", "cursor="]
    for _ in range(2):
        for query in queries:
            response = api.get(f"{LIST}?{query}")
            etag = response.headers["ETag"]
            assert seen.setdefault(etag, response.content) == response.content
            again = api.get(f"{LIST}?{query}", HTTP_IF_NONE_MATCH=etag)
            assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag)
            assert again.headers.get("Link") == response.headers.get("Link")
            assert api.get(f"{LIST}?{query}", HTTP_IF_NONE_MATCH="*").status_code == 304
        StockRecord.objects.filter(product=b).update(price="3.00")
        rebuild_noted()
    response = api.get(LIST)
    make_product("C")
    assert api.get(LIST, HTTP_IF_NONE_MATCH=response.headers["ETag"]).status_code == 200


def test_etag_of_a_sparse_product_is_its_own(api: APIClient) -> None:
    make_product("Mug")
    urls = [f"{LIST}mug/{query}" for query in ("", "?fields=id", "?fields=id,title")]
    etags = [api.get(url).headers["ETag"] for url in urls]
    assert len(set(etags)) == 3
    for url, etag in zip(urls, etags, strict=True):
        assert api.get(url, HTTP_IF_NONE_MATCH=etag).status_code == 304
        others = ", ".join(each for each in etags if each != etag)
        assert api.get(url, HTTP_IF_NONE_MATCH=others).status_code == 200


def test_head_is_get_without_a_body(api: APIClient) -> None:
    make_product("Mug")
    for url in (LIST, f"{LIST}mug/", f"{LIST}?cursor="):
        head, get = api.head(url), api.get(url)
        assert (head.status_code, head.content, head.headers["ETag"]) == (200, b"", get.headers["ETag"])


# Counts


def counted() -> dict[tuple[str, str], int]:
    """The sums of the counts that are not zero."""
    found: dict[tuple[str, str], int] = {}
    for kind, key, products in ListedCount.objects.values_list("kind", "key", "products"):
        found[kind, key] = found.get((kind, key), 0) + products
    return {key: products for key, products in found.items() if products}


def recounted() -> dict[tuple[str, str], int]:
    """The same, counted now."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT k.kind, k.key, count(*) FROM search_productdocument d CROSS JOIN LATERAL (
                SELECT 'all', '' UNION ALL SELECT 'category', c::text FROM unnest(d.category_ids) c
                UNION ALL SELECT 'brand', d.brand_id::text WHERE d.brand_id IS NOT NULL
                UNION ALL SELECT 'attribute', t FROM unnest(d.attribute_tokens) t
                UNION ALL SELECT 'fact', 'in_stock' WHERE d.in_stock
                UNION ALL SELECT 'fact', 'on_sale' WHERE d.on_sale) AS k(kind, key)
            WHERE d.is_listed GROUP BY 1, 2
            """
        )
        return {(kind, key): products for kind, key, products in cursor.fetchall()}


def test_counts_follow_every_change(api: APIClient) -> None:
    make_attribute("color")
    things = make_category("Things")
    small = make_category("Small", things)
    a = put(make_product("A", category_ids=[small.pk]), color="red")
    b = put(make_product("B", category_ids=[things.pk]), color="red")
    oak = brand("Oak", a, b)
    expected = {("all", ""): 2, ("category", str(things.pk)): 2, ("category", str(small.pk)): 1}
    expected[("fact", "in_stock")] = 2
    assert counted() == recounted() == expected | {("brand", str(oak.pk)): 2, ("attribute", "color=red"): 2}
    Product.objects.filter(pk=a.pk).update(is_public=False)
    b.attribute_values.update(value_text="blue")
    rebuild_noted()
    assert counted() == recounted()
    assert counted()["attribute", "color=blue"] == 1
    assert fold_counts() > 0
    assert counted() == recounted()
    assert ListedCount.objects.count() == len(counted())
    assert fold_counts() == 0
    b.delete()
    while rebuild_noted():
        pass
    fold_counts()
    assert counted() == recounted() == {}
    assert ListedCount.objects.count() == 0
