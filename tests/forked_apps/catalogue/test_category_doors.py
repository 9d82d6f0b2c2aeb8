"""Categories written past the operations: what stands below a hidden one is hidden, old addresses lead on."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from forked_apps.catalogue.categories import change_category
from forked_apps.catalogue.models import Category
from forked_apps.catalogue.old_addresses import OldCategoryPath
from forked_apps.catalogue.translations import set_translations
from forked_apps.search.operations import rebuild_noted, stale_products
from tests.factories.shop import make_category, make_product, make_user
from tests.factories.staff import browser_of

pytestmark = pytest.mark.django_db

API = "/api/v1/"
ADMIN = "/admin/catalogue/category/"


@pytest.fixture
def tree() -> dict[str, Category]:
    """Art; Home > Kitchen > Mugs; Garden."""
    make_category("Art")
    mugs = make_category("Mugs", make_category("Kitchen", make_category("Home")))
    make_category("Garden")
    make_product("Mug", category_ids=[mugs.pk])
    return {category.slug: category for category in Category.objects.all()}


@pytest.fixture
def browser() -> Client:
    return browser_of(make_user(is_staff=True, is_superuser=True))


def visible(api: APIClient) -> list[str]:
    """The paths of the tree, each of which is found by itself."""
    rebuild_noted()
    assert stale_products() == []
    found: list[str] = []

    def walk(nodes: list[Any]) -> None:
        for node in nodes:
            found.append(node["path"])
            walk(node["children"])

    walk(api.get(f"{API}categories/").json())
    for path in ("art", "home", "home/kitchen", "home/kitchen/mugs", "garden", "garden/kitchen/mugs"):
        for address in (f"{API}categories/{path}/", f"{API}products/?category={path}"):
            assert (api.get(address).status_code == 200) is (path in found), address
    return found


def of_mug(api: APIClient) -> list[str]:
    return [each["path"] for each in api.get(f"{API}products/mug/").json()["categories"]]


def is_right() -> bool:
    return all(
        category.ancestors_are_public is all(above.is_public for above in category.get_ancestors())
        for category in Category.objects.all()
    )


@pytest.mark.parametrize("is_by_orm", [True, False])
def test_hiding_a_category_hides_all_below(tree: dict[str, Category], api: APIClient, is_by_orm: bool) -> None:
    whole = ["art", "home", "home/kitchen", "home/kitchen/mugs", "garden"]
    assert (visible(api), of_mug(api)) == (whole, ["home/kitchen/mugs"])
    for is_public, left, named in ((False, ["art", "garden"], []), (True, whole, ["home/kitchen/mugs"])):
        if is_by_orm:
            Category.objects.filter(slug="home").update(is_public=is_public)
        else:
            with connection.cursor() as cursor:
                cursor.execute("UPDATE catalogue_category SET is_public = %s WHERE slug = 'home'", [is_public])
        assert (visible(api), of_mug(api)) == (left, named)


def test_what_says_of_its_ancestors_what_is_not_so_is_put_right(tree: dict[str, Category]) -> None:
    Category.objects.filter(slug="home").update(is_public=False)
    Category.objects.update(ancestors_are_public=True)
    assert is_right()
    tree["mugs"].name = "Cups"  # read while it was visible
    tree["mugs"].save()
    assert (is_right(), tree["mugs"].ancestors_are_public) == (True, False)
    Category.objects.update(is_public=True)
    assert is_right()


def test_category_that_comes_below_a_hidden_one_is_hidden(tree: dict[str, Category], api: APIClient) -> None:
    Category.objects.filter(slug="garden").update(is_public=False)
    made = make_category("Pots", Category.objects.get(slug="garden"))
    assert made.ancestors_are_public is False
    tree["kitchen"].move(Category.objects.get(slug="garden"), "first-child")
    assert visible(api) == ["art", "home"]
    Category.objects.get(slug="kitchen").move(Category.objects.get(slug="art"), "left")
    assert visible(api) == ["kitchen", "kitchen/mugs", "art", "home"]
    assert is_right()


def test_what_has_lost_its_parent_hangs_nowhere(tree: dict[str, Category], api: APIClient) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM catalogue_category WHERE slug = 'kitchen'")
    found = api.get(f"{API}categories/")
    assert [(node["path"], node["children"]) for node in found.json()] == [("art", []), ("home", []), ("garden", [])]
    assert api.get(f"{API}categories/?root={tree['mugs'].pk}").json() == []


def old_paths() -> list[tuple[str, str]]:
    return sorted(OldCategoryPath.objects.values_list("path", "category__slug"))


@pytest.mark.parametrize("door", ["move", "sql", "api", "admin", "drag"])
def test_moved_category_leads_on_from_its_old_address(
    tree: dict[str, Category], api: APIClient, browser: Client, door: str
) -> None:
    kitchen, garden = tree["kitchen"], tree["garden"]
    if door == "move":
        kitchen.move(garden, "last-child")
    elif door == "sql":
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE catalogue_category SET path = %s || '0001' || substr(path, 9) WHERE path LIKE %s || '%%'",
                [garden.path, kitchen.path],
            )
    elif door == "api":
        change_category(kitchen.pk, changes={"parent": garden.pk})
    elif door == "admin":
        answer = post(browser, kitchen, treebeard_position="first-child", treebeard_ref_node=garden.pk)
        assert answer.status_code == 302
    else:
        sent = {"node_id": kitchen.pk, "sibling_id": garden.pk, "as_child": 1}
        assert browser.post(f"{ADMIN}move/", sent).status_code == 200
    assert visible(api) == ["art", "home", "garden", "garden/kitchen", "garden/kitchen/mugs"]
    assert old_paths() == [("home/kitchen", "kitchen")]
    for old, new in {"home/kitchen": "garden/kitchen", "home/kitchen/mugs": "garden/kitchen/mugs"}.items():
        answer = api.get(f"{API}categories/{old}/")
        assert (answer.status_code, answer.headers["Location"]) == (301, f"{API}categories/{new}/")


def test_move_among_siblings_keeps_no_address(tree: dict[str, Category], browser: Client) -> None:
    Category.objects.get(slug="garden").move(Category.objects.get(slug="art"), "left")
    change_category(tree["garden"].pk, changes={"position": 2})
    sent = {"node_id": tree["home"].pk, "sibling_id": tree["art"].pk}
    assert browser.post(f"{ADMIN}move/", sent).status_code == 200
    assert list(Category.get_root_nodes().values_list("slug", flat=True)) == ["home", "art", "garden"]
    assert old_paths() == []


def test_move_with_another_slug_keeps_the_one_old_address(tree: dict[str, Category], browser: Client) -> None:
    change_category(tree["kitchen"].pk, changes={"parent": tree["garden"].pk, "slug": "cooking"})
    assert old_paths() == [("home/kitchen", "cooking")]
    answer = post(browser, tree["mugs"], slug="cups", treebeard_position="first-child", treebeard_ref_node="")
    assert answer.status_code == 302
    assert old_paths() == [("garden/cooking/mugs", "cups"), ("home/kitchen", "cooking")]
    assert Category.objects.get(slug="cups").depth == 1
    assert Category.find_problems() == ([], [], [], [], [])


def test_move_keeps_the_addresses_in_every_language(tree: dict[str, Category], settings: Settings) -> None:
    settings.SHOP_LANGUAGES = ("en", "de")
    set_translations("categories", tree["home"].pk, texts={"de": {"slug": "haus"}})
    set_translations("categories", tree["mugs"].pk, texts={"de": {"slug": "tassen"}})
    Category.objects.get(slug="mugs").move(Category.objects.get(slug="garden"), "first-child")
    assert old_paths() == [("haus/kitchen/tassen", "mugs"), ("home/kitchen/mugs", "mugs")]
    Category.objects.filter(slug="kitchen").update(slug="cooking")
    assert ("haus/kitchen", "cooking") in old_paths()


def post(browser: Client, category: Category | None, **changes: Any) -> Any:
    """The form of Django admin, as it is shown, with these changes."""
    path = f"{ADMIN}add/" if category is None else f"{ADMIN}{category.pk}/change/"
    page = browser.get(path)
    form = {name: value for name, value in page.context["adminform"].form.initial.items() if value}
    form |= {"is_public": "on"} if category is None else {}
    reference = form.get("treebeard_ref_node")
    form["treebeard_ref_node"] = getattr(reference, "pk", reference) or ""
    return browser.post(path, form | changes)


TAKEN = {"slug": ["Another category beside this one has this slug."]}


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("art", {"slug": "home"}),
        ("kitchen", {"slug": "art", "treebeard_position": "first-child", "treebeard_ref_node": ""}),
        ("mugs", {"slug": "kitchen", "treebeard_position": "left", "treebeard_ref_node": "kitchen"}),
        ("", {"name": "Kitchen", "slug": "kitchen", "treebeard_position": "first-child", "treebeard_ref_node": "home"}),
    ],
)
def test_admin_form_says_that_a_slug_is_taken(
    tree: dict[str, Category], browser: Client, name: str, changes: dict[str, str]
) -> None:
    if reference := changes.get("treebeard_ref_node"):
        changes = {**changes, "treebeard_ref_node": str(tree[reference].pk)}
    before = list(Category.objects.order_by("pk").values())
    answer = post(browser, tree.get(name), **changes)
    assert (answer.status_code, answer.context["adminform"].form.errors) == (200, TAKEN)
    assert list(Category.objects.order_by("pk").values()) == before


def test_admin_refuses_a_drag_to_where_the_slug_is_taken(tree: dict[str, Category], browser: Client) -> None:
    other = make_category("Mugs")
    sent = {"node_id": other.pk, "sibling_id": tree["mugs"].pk, "as_child": 0}
    assert browser.post(f"{ADMIN}move/", sent).status_code == 400
    assert "This slug is taken." in browser.get(ADMIN).content.decode()
    assert Category.objects.get(pk=other.pk).depth == 1


def test_admin_makes_a_category_where_it_is_to_stand(tree: dict[str, Category], browser: Client) -> None:
    place = {"treebeard_position": "right", "treebeard_ref_node": str(tree["kitchen"].pk)}
    assert post(browser, None, name="Bath", slug="bath", **place).status_code == 302
    bath = Category.objects.get(slug="bath")
    assert (bath.get_parent(), bath.get_prev_sibling()) == (tree["home"], tree["kitchen"])
    # the slug is free there, though the former sibling of its place has it in the meantime
    place = {"treebeard_position": "first-child", "treebeard_ref_node": str(tree["garden"].pk)}
    assert post(browser, tree["mugs"], slug="kitchen", **place).status_code == 302
    assert Category.objects.get(pk=tree["mugs"].pk).get_parent() == tree["garden"]
    assert old_paths() == [("home/kitchen/mugs", "kitchen")]
