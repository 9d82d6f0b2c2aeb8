"""The category tree of the dashboard."""

import pytest
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.test import Client

from forked_apps.catalogue.models import Category
from tests.factories.shop import make_category, make_product, make_user
from tests.factories.staff import browser_of, make_member, make_partner
from tests.performance.statements import statements_of

pytestmark = pytest.mark.django_db

URL = "/dashboard/catalogue/categories/tree/"


@pytest.fixture
def staff() -> Client:
    return browser_of(make_member("Staff"))


def names() -> list[str]:
    rows = Category.objects.order_by("path").values_list("name", "depth")
    return ["." * (depth - 1) + name for name, depth in rows]


def test_tree_shows_levels_and_products_each_once(staff: Client) -> None:
    light = make_category("Light")
    indoor = make_category("Indoor", light)
    Category.objects.filter(pk=make_category("Kitchen").pk).update(is_public=False)
    make_product(category_ids=[light.pk, indoor.pk])
    make_product(category_ids=[indoor.pk])

    rows = [row["branch"] for row in staff.get(URL).context["rows"]]

    assert [(row.name, row.depth, row.products, row.is_public) for row in rows] == [
        ("Light", 1, 2, True),
        ("Indoor", 2, 2, True),
        ("Kitchen", 1, 0, False),
    ]


def test_chosen_category_is_moved_and_shown_again(staff: Client) -> None:
    make_category("Light")
    kitchen = make_category("Kitchen")

    answer = staff.post(URL, {"category": kitchen.pk, "move": "indent"})

    assert answer["Location"] == f"{URL}?at={kitchen.pk}"
    assert names() == ["Light", ".Kitchen"]
    page = staff.get(answer["Location"]).content.decode()
    assert "The category was moved." in page
    assert f'id="id_category_{kitchen.pk}"\n' in page
    assert "checked autofocus" in page


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"move": "up"}, "Choose a category first."),
        ({"move": "up", "category": "x"}, "Choose a category first."),
        ({"move": "up", "category": "9" * 30}, "Choose a category first."),
        ({"move": "up", "category": "１"}, "Choose a category first."),
        ({"move": "up", "category": "1000000"}, "Say where it is to stand: that category is not there."),
        ({"move": "under", "target": ""}, "Say where it is to stand: that category is not there."),
        ({"move": "under", "target": "0\0"}, "Say where it is to stand: that category is not there."),
        ({"move": "under", "target": "self"}, "A category cannot stand below itself."),
        ({"move": "up"} | {"category": "first"}, "The category cannot go further that way."),
    ],
)
def test_senseless_moves_change_nothing(staff: Client, body: dict[str, str], said: str) -> None:
    light = make_category("Light")
    make_category("Kitchen")
    if body["move"] == "under":
        body = body | {"category": str(light.pk), "target": body["target"].replace("self", str(light.pk))}

    answer = staff.post(URL, body | ({"category": str(light.pk)} if body.get("category") == "first" else {}))

    assert answer.status_code == 302
    assert [str(message) for message in get_messages(answer.wsgi_request)] == [said]
    assert names() == ["Light", "Kitchen"]


def test_unknown_move_does_nothing(staff: Client) -> None:
    light = make_category("Light")
    assert staff.post(URL, {"category": light.pk, "move": "melt"}).status_code == 302
    assert names() == ["Light"]


def test_who_may_only_look_moves_nothing() -> None:
    light = make_category("Light")
    kitchen = make_category("Kitchen")
    viewer = make_user(is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_category"))
    browser = browser_of(viewer)

    page = browser.get(URL).content.decode()

    assert "Kitchen" in page
    assert 'name="move"' not in page
    assert browser.post(URL, {"category": kitchen.pk, "move": "up"}).status_code == 403
    partner_staff = browser_of(make_member("Partner staff", partner=make_partner("North")))
    assert partner_staff.get(URL).status_code == 403
    assert names() == [light.name, "Kitchen"]


def test_script_in_a_name_is_shown_as_text(staff: Client) -> None:
    make_category("<script>alert(1)</script>")

    page = staff.get(URL).content.decode()

    assert "<script>alert(1)" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 3


def test_large_tree_is_opened_branch_by_branch(staff: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forked_apps.dashboard.catalogue.tree.ALL_AT_ONCE", 2)
    light = make_category("Light")
    indoor = make_category("Indoor", light)
    make_category("Table", indoor)

    def shown(query: str) -> list[tuple[str, bool]]:
        return [(row["branch"].name, row["is_closed"]) for row in staff.get(f"{URL}{query}").context["rows"]]

    assert shown("") == [("Light", True)]
    assert shown(f"?at={light.pk}") == [("Light", False), ("Indoor", True)]
    assert shown(f"?at={indoor.pk}") == [("Light", False), ("Indoor", False), ("Table", False)]
    assert shown("?at=x") == [("Light", True)]


def test_statements_do_not_grow_with_the_tree(staff: Client) -> None:
    make_category("Light")
    staff.get(URL)
    few, _ = statements_of(lambda: staff.get(URL))
    for number in range(30):
        make_product(category_ids=[make_category(f"Category {number}").pk])

    many, _ = statements_of(lambda: staff.get(URL))

    assert len(few) == len(many) <= 6
