"""The category tree over the API: places, moves, what happens to what stands in a category, many at once."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from forked_apps.catalogue.models import Category
from forked_apps.offer.models import Range
from tests.factories.http import client_of, new_client
from tests.factories.shop import make_category, make_product
from tests.factories.staff import make_member
from tests.performance.statements import statements_of

pytestmark = pytest.mark.django_db

PATH = "/api/v1/admin/categories/"
BULK = "/api/v1/admin/categories-bulk/"


@pytest.fixture
def staff() -> APIClient:
    return client_of(make_member("Staff"))


@pytest.fixture
def home() -> Category:
    return make_category("Home")


def tree() -> list[tuple[int, str]]:
    """(depth, slug) of all in the tree's order."""
    assert Category.find_problems() == ([], [], [], [], [])
    return list(Category.objects.order_by("path").values_list("depth", "slug"))


@pytest.mark.parametrize("path", ["products/categories/", "categories/"])
def test_category_is_made_at_the_public_addresses(staff: APIClient, home: Category, path: str) -> None:
    answer = staff.post(f"/api/v1/{path}", {"name": "Lamps", "parent": home.pk, "description": "<p onclick=x>a</p>"})
    assert answer.status_code == 201
    body = answer.json()
    assert (body["path"], body["parent"], body["position"]) == ("home/lamps", home.pk, 0)
    assert body["description"] == "<p>a</p>"
    assert answer.headers["Location"] == f"{PATH}{body['id']}/"
    public = new_client().get(f"/api/v1/{path}").json()
    assert [child["slug"] for child in public[0]["children"]] == ["lamps"]
    assert client_of(make_member("customer")).post(f"/api/v1/{path}", {"name": "Lamps"}).status_code == 403


def test_category_is_put_in_its_place_and_moved(staff: APIClient, home: Category) -> None:
    for name, position in (("B", None), ("A", 0), ("C", 9)):
        staff.post(PATH, {"name": name, "parent": home.pk} | ({} if position is None else {"position": position}))
    assert tree() == [(1, "home"), (2, "a"), (2, "b"), (2, "c")]
    ids = {category.slug: category.pk for category in Category.objects.all()}

    def move(slug: str, **changes: Any) -> Any:
        return staff.patch(f"{PATH}{ids[slug]}/", changes).json()

    assert move("a", position=1)["position"] == 1
    assert tree() == [(1, "home"), (2, "b"), (2, "a"), (2, "c")]
    assert move("c", position=0)["position"] == 0
    assert move("c", parent=None)["position"] == 1
    assert tree() == [(1, "home"), (2, "b"), (2, "a"), (1, "c")]
    assert move("home", parent=ids["c"], position=0)["path"] == "c/home"
    assert tree() == [(1, "c"), (2, "home"), (3, "b"), (3, "a")]
    assert move("a", parent=None, position=0)["position"] == 0
    assert tree() == [(1, "a"), (1, "c"), (2, "home"), (3, "b")]


def test_written_back_it_stays_where_it_is(staff: APIClient, home: Category) -> None:
    for name in ("A", "B"):
        staff.post(PATH, {"name": name, "parent": home.pk})
    before = list(Category.objects.values_list())
    for category in Category.objects.all():
        shown = staff.get(f"{PATH}{category.pk}/").json()
        assert staff.put(f"{PATH}{category.pk}/", shown).json() == shown
    assert list(Category.objects.values_list()) == before


def test_category_does_not_come_to_stand_below_itself(staff: APIClient, home: Category) -> None:
    lamps = make_category("Lamps", home)
    before = tree()
    for parent in (home.pk, lamps.pk):
        answer = staff.patch(f"{PATH}{home.pk}/", {"parent": parent, "name": "New"})
        assert (answer.status_code, answer.json()["code"]) == (422, "category_cycle")
        assert answer.json()["errors"][0]["pointer"] == "/parent"
    assert tree() == before
    assert not Category.objects.filter(name="New").exists()


def test_tree_has_a_bottom(staff: APIClient) -> None:
    parent = None
    for _ in range(20):
        parent = staff.post(PATH, {"name": "Deep", "parent": parent}).json()["id"]
    answer = staff.post(PATH, {"name": "Deep", "parent": parent})
    assert (answer.status_code, answer.json()["code"], answer.json()["limit"]) == (422, "category_too_deep", 20)
    other = staff.post(PATH, {"name": "Other"}).json()["id"]
    moved = staff.patch(f"{PATH}{Category.objects.get(depth=1, slug='deep').pk}/", {"parent": other})
    assert (moved.status_code, moved.json()["code"]) == (422, "category_too_deep")
    assert len(tree()) == 21


def test_slug_of_a_sibling_is_not_taken_by_a_move(staff: APIClient, home: Category) -> None:
    make_category("Lamps", home)
    lamps = make_category("Lamps")
    answer = staff.patch(f"{PATH}{lamps.pk}/", {"parent": home.pk})
    assert (answer.status_code, answer.json()["code"]) == (409, "slug_taken")
    assert staff.patch(f"{PATH}{lamps.pk}/", {"parent": home.pk, "slug": "more-lamps"}).status_code == 200
    assert tree() == [(1, "home"), (2, "lamps"), (2, "more-lamps")]


def test_full_category_is_deleted_only_with_a_place_for_what_is_in_it(staff: APIClient, home: Category) -> None:
    lamps = make_category("Lamps", home)
    make_category("Desk lamps", lamps)
    both = make_product("Both", category_ids=[home.pk, lamps.pk])
    one = make_product("One", category_ids=[lamps.pk])
    refused = staff.delete(f"{PATH}{lamps.pk}/")
    assert (refused.status_code, refused.json()["uses"]) == (409, {"products": 2, "categories": 1})
    assert staff.patch(f"{PATH}{lamps.pk}/?move_to={home.pk}", {}).json()["code"] == "unknown_parameter"
    assert staff.delete(f"{PATH}{lamps.pk}/?move_to=999999").json()["errors"][0]["parameter"] == "move_to"
    below = Category.objects.get(slug="desk-lamps")
    refused = staff.delete(f"{PATH}{lamps.pk}/?move_to={below.pk}")
    assert (refused.status_code, refused.json()["code"]) == (422, "category_cycle")
    assert refused.json()["errors"] == [
        {"parameter": "move_to", "code": "category_cycle", "detail": "A category cannot stand below itself."}
    ]
    make_category("Desk lamps", home)
    taken = staff.delete(f"{PATH}{lamps.pk}/?move_to={home.pk}")
    assert (taken.status_code, taken.json()["errors"][0]["parameter"]) == (409, "move_to")
    Category.objects.get(slug="desk-lamps", depth=2).delete()
    below = Category.objects.get(slug="desk-lamps")
    assert len(tree()) == 3

    assert staff.delete(f"{PATH}{lamps.pk}/?move_to={home.pk}").status_code == 204
    assert tree() == [(1, "home"), (2, "desk-lamps")]
    assert [list(product.categories.values_list("slug", flat=True)) for product in (both, one)] == [["home"], ["home"]]
    assert new_client().get(f"/api/v1/products/{one.pk}/").json()["categories"][0]["path"] == "home"


def test_category_of_an_offer_is_not_deleted(staff: APIClient, home: Category) -> None:
    Range.objects.create(name="Home things").included_categories.add(home)
    answer = staff.delete(f"{PATH}{home.pk}/")
    assert (answer.status_code, answer.json()["uses"]) == (409, {"ranges": 1})


def test_list_is_narrowed_to_what_is_right_below(staff: APIClient, home: Category) -> None:
    lamps = make_category("Lamps", home)
    make_category("Desk lamps", lamps)

    def slugs(query: str) -> list[str]:
        return [row["slug"] for row in staff.get(f"{PATH}?{query}").json()["results"]]

    assert slugs("parent=0") == ["home"]
    assert slugs(f"parent={home.pk}") == ["lamps"]
    assert slugs("search=LAMP") == ["lamps", "desk-lamps"]
    assert slugs("parent=999999") == []


ROWS = [
    {
        "data": {"code": "H", "name": "House", "description": "<p>All</p>"},
        "children": [
            {"data": {"code": "K", "name": "Kitchen"}},
            {"data": {"code": "B", "name": "Bath"}, "children": [{"data": {"code": "T", "name": "Towels"}}]},
        ],
    },
    {"data": {"code": "G", "name": "Garden", "is_public": False}},
]


def statuses(answer: Any) -> list[tuple[str, str, str, str | None]]:
    assert answer.status_code == 200, answer.content
    return [(row["row"], row["category"], row["status"], row["code"]) for row in answer.json()["results"]]


def test_many_are_made_and_found_by_their_code(staff: APIClient) -> None:
    first = staff.put(BULK, {"categories": ROWS})
    assert statuses(first) == [
        ("/0", "H", "created", None),
        ("/0/children/0", "K", "created", None),
        ("/0/children/1", "B", "created", None),
        ("/0/children/1/children/0", "T", "created", None),
        ("/1", "G", "created", None),
    ]
    made = tree()
    assert made == [(1, "house"), (2, "kitchen"), (2, "bath"), (3, "towels"), (1, "garden")]
    again = staff.put(BULK, {"categories": ROWS})
    assert {status for _, _, status, _ in statuses(again)} == {"unchanged"}
    assert [row["id"] for row in again.json()["results"]] == [row["id"] for row in first.json()["results"]]
    assert tree() == made


def test_many_are_renamed_and_moved(staff: APIClient) -> None:
    staff.put(BULK, {"categories": ROWS})
    moved = [
        {"data": {"code": "G"}, "children": [{"data": {"code": "T", "name": "Linen"}}, {"data": {"code": "K"}}]},
        {"data": {"code": "H"}},
    ]
    assert {status for _, _, status, _ in statuses(staff.put(BULK, {"categories": moved}))} == {"updated", "unchanged"}
    assert tree() == [(1, "garden"), (2, "towels"), (2, "kitchen"), (1, "house"), (2, "bath")]
    assert Category.objects.get(code="T").name == "Linen"


def test_row_that_a_rule_refuses_leaves_the_others(staff: APIClient) -> None:
    staff.put(BULK, {"categories": ROWS})
    rows = [
        {"data": {"code": "K"}, "children": [{"data": {"code": "H"}, "children": [{"data": {"code": "T"}}]}]},
        {"data": {"code": "X", "name": "Other", "slug": "garden"}, "children": [{"data": {"code": "Y", "name": "Y"}}]},
        {"data": {"code": "Z", "name": "Last"}},
    ]
    answer = staff.put(BULK, {"categories": rows})
    assert [status for _, _, status, _ in statuses(answer)][3:] == ["refused", "refused", "created"]
    refused = [row for row in answer.json()["results"] if row["status"] == "refused"]
    assert [(row["category"], row["code"], row["pointer"]) for row in refused] == [
        ("X", "slug_taken", "/data/slug"),
        ("Y", "parent_refused", None),
    ]
    assert tree()
    assert not Category.objects.filter(code__in=["X", "Y"]).exists()


@pytest.mark.parametrize(
    ("row", "code", "pointer"),
    [
        ({}, "invalid_request", "/data"),
        ({"data": "x"}, "invalid_request", "/data"),
        ({"data": {"name": "No code"}}, "invalid_request", "/data/code"),
        ({"data": {"code": 5}}, "invalid_request", "/data/code"),
        ({"data": {"code": "a", "path": "x", "depth": 1}}, "unknown_field", "/data/depth"),
        ({"data": {"code": "a", "name": "<script>"}}, "invalid_request", "/data/name"),
        ({"data": {"code": "a"}, "surprise": 1}, "unknown_field", "/surprise"),
        ({"data": {"code": "a"}, "children": "x"}, "invalid_request", "/children"),
        ({"data": {"code": "H"}}, "invalid_request", "/data/code"),
    ],
)
def test_row_that_cannot_be_read_leaves_the_others(
    staff: APIClient, row: dict[str, Any], code: str, pointer: str
) -> None:
    below = {} if "children" in row else {"children": [{"data": {"code": "B"}}]}
    rows = [{"data": {"code": "H"}, "children": [{**row, **below}, {"data": {"code": "C"}}]}, {"data": {"code": "L"}}]
    results = staff.put(BULK, {"categories": rows}).json()["results"]
    assert (results[1]["row"], results[1]["code"], results[1]["pointer"]) == ("/0/children/0", code, pointer)
    if below:
        assert (results[2]["row"], results[2]["category"], results[2]["code"]) == (
            "/0/children/0/children/0",
            "B",
            "parent_refused",
        )
    assert [each["status"] for each in results if each["category"] in {"C", "L"}] == ["created", "created"]
    assert tree() == [(1, "h"), (2, "c"), (1, "l")]
    assert not Category.objects.filter(code="B").exists()


@pytest.mark.parametrize("rows", [[], "x", [5], [{"data": {"code": "a"}, "children": [{}] * 1000}]])
def test_body_without_a_list_of_rows_is_refused_whole(staff: APIClient, rows: Any) -> None:
    answer = staff.put(BULK, {"categories": rows})
    assert answer.status_code == 400
    assert {entry["pointer"] for entry in answer.json()["errors"]} <= {"/categories", "/categories/0"}
    assert not Category.objects.exists()


def test_child_that_is_no_row_is_refused_by_itself(staff: APIClient) -> None:
    rows = [{"data": {"code": "H"}, "children": [5, {"data": {"code": "C"}}]}]
    results = staff.put(BULK, {"categories": rows}).json()["results"]
    assert [(each["row"], each["category"], each["status"]) for each in results] == [
        ("/0", "H", "created"),
        ("/0/children/0", None, "refused"),
        ("/0/children/1", "C", "created"),
    ]


def test_new_category_without_a_name_is_called_by_its_code_and_keeps_its_name_later(staff: APIClient) -> None:
    staff.put(BULK, {"categories": [{"data": {"code": "Nameless 1"}}]})
    made = Category.objects.get()
    assert (made.name, made.slug, made.code) == ("Nameless 1", "nameless-1", "Nameless 1")
    staff.patch(f"{PATH}{made.pk}/", {"name": "Named"})
    again = staff.put(BULK, {"categories": [{"data": {"code": "Nameless 1"}}]})
    assert {status for _, _, status, _ in statuses(again)} == {"unchanged"}
    assert Category.objects.get().name == "Named"


def test_rows_that_are_not_reached_in_time_say_so(staff: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nexus_shop.core.rows.SECONDS", -1.0)
    assert {(status, code) for _, _, status, code in statuses(staff.put(BULK, {"categories": ROWS}))} == {
        ("refused", "row_not_reached")
    }
    assert not Category.objects.exists()


def test_statements_of_a_row_do_not_grow_with_its_siblings(staff: APIClient) -> None:
    def count(letter: str, number: int) -> int:
        rows = [{"data": {"code": f"{letter}{each}"}} for each in range(number)]
        body = {"categories": [{"data": {"code": "H"}, "children": rows}]}
        return len(statements_of(lambda: statuses(staff.put(BULK, body)))[0])

    count("a", 1)
    few, many = count("b", 5), count("c", 25)
    assert (many - few) / 20 == 14  # made
    few, many = count("b", 5), count("c", 25)
    assert (many - few) / 20 == 8  # there
    assert [slug for _, slug in tree()][-1] == "c24"


def test_reading_a_category_is_one_statement_however_many_there_are(staff: APIClient, home: Category) -> None:
    def count() -> int:
        return len([sql for sql in statements_of(lambda: staff.get(f"{PATH}{home.pk}/"))[0] if "catalogue_" in sql])

    few = count()
    for number in range(5):
        make_category(f"C{number}", home)
    assert (few, count()) == (1, 1)
