"""Categories in the dashboard: the tree stays a tree, slugs stay unique among siblings, errors are form errors."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from forked_apps.catalogue.attachments import store_attachment
from forked_apps.catalogue.categories import save_category
from forked_apps.catalogue.models import Category
from nexus_shop.core.errors import NotFound
from tests.factories.pictures import photo, plain, upload
from tests.factories.shop import make_category, make_product
from tests.factories.staff import browser_of, make_member
from tests.forked_apps.dashboard.catalogue.forms import filled
from tests.performance.statements import statements_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Client:
    return browser_of(make_member("Staff"))


def tree() -> list[str]:
    assert Category.find_problems() == ([], [], [], [], [])
    return [f"{'-' * (node.depth - 1)}{node.slug}" for node in Category.objects.order_by("path")]


def create(browser: Client, name: str, parent: Category | None = None, **body: Any) -> Any:
    place = {"treebeard_position": "first-child", "treebeard_ref_node": parent.pk if parent else ""}
    return browser.post("/dashboard/catalogue/categories/create/", {"name": name, "is_public": "on", **place, **body})


def update(browser: Client, category: Category, **changes: Any) -> Any:
    url = f"/dashboard/catalogue/categories/{category.pk}/update/"
    return browser.post(url, filled(browser, url) | changes)


def test_new_category_is_in_the_storefront_at_once(browser: Client, client: Client) -> None:
    answer = create(browser, "Home")
    assert answer["Location"] == "/dashboard/catalogue/categories/"
    home = Category.objects.get()
    answer = create(browser, "Kitchen", home, description="<b>Pots</b><script>x</script>")
    assert answer["Location"] == f"/dashboard/catalogue/categories/{home.pk}/"

    assert tree() == ["home", "-kitchen"]
    assert Category.objects.get(slug="kitchen").description == "<b>Pots</b>"
    shown = client.get("/api/v1/categories/").json()
    assert [(node["path"], [child["path"] for child in node["children"]]) for node in shown] == [
        ("home", ["home/kitchen"])
    ]


def test_picture_is_kept_as_over_the_api(browser: Client, tmp_path: Path, settings: Settings) -> None:
    settings.MEDIA_ROOT = tmp_path
    create(browser, "Home", image=upload(photo("JPEG"), "home.jpeg"))
    home = Category.objects.get()
    assert home.image.name == store_attachment(photo("JPEG"), kind="image")
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")] == [home.image.name]
    for bad in (plain("GIF"), plain("TIFF"), b"<svg/>", photo("JPEG")[:400]):
        answer = update(browser, home, name="Never", image=upload(bad, "home.jpg"))
        assert "image" in answer.context["form"].errors
    assert "image" in create(browser, "Garden", image=upload(plain("BMP"), "a.png")).context["form"].errors
    assert list(Category.objects.values_list("name", "image")) == [("Home", home.image.name)]
    assert len([*tmp_path.rglob("*.*")]) == 1

    update(browser, home, name="House")
    assert Category.objects.get().image == home.image
    update(browser, home, image=upload(plain(), "home.png"))
    assert Category.objects.get().image.name == store_attachment(plain(), kind="image")
    update(browser, home, **{"image-clear": "on"})
    assert Category.objects.get().image.name == ""


def test_picture_of_a_form_with_errors_is_not_stored(browser: Client, tmp_path: Path, settings: Settings) -> None:
    settings.MEDIA_ROOT = tmp_path
    answer = create(browser, "", image=upload())
    assert "name" in answer.context["form"].errors
    assert [*tmp_path.rglob("*.*")] == []


def test_page_for_a_child_has_its_parent_chosen(browser: Client) -> None:
    home = make_category("Home")

    page = browser.get(f"/dashboard/catalogue/categories/create/{home.pk}/").content.decode()

    assert f'<option value="{home.pk}" selected>' in page


@pytest.mark.parametrize(
    ("position", "expected"),
    [
        ("left", ["home", "-fresh", "-kitchen", "-bath"]),
        ("right", ["home", "-kitchen", "-fresh", "-bath"]),
        ("first-child", ["home", "-kitchen", "--fresh", "-bath"]),
    ],
)
def test_new_category_stands_where_it_was_put(browser: Client, position: str, expected: list[str]) -> None:
    home = make_category("Home")
    kitchen = make_category("Kitchen", home)
    make_category("Bath", home)

    create(browser, "Fresh", kitchen, treebeard_position=position)

    assert tree() == expected


def test_name_taken_among_siblings_gets_a_numbered_slug(browser: Client) -> None:
    home = make_category("Home")
    make_category("Kitchen", home)

    create(browser, "Kitchen", home)

    assert tree() == ["home", "-kitchen-2", "-kitchen"]


@pytest.mark.parametrize(
    ("slug", "message"),
    [
        ("kitchen", "Another category beside this one has this slug."),
        ("123", "A slug may not be a number or a word of the API."),
        ("search", "A slug may not be a number or a word of the API."),
        ("a/b", "Enter a valid “slug” consisting of letters, numbers, underscores or hyphens."),
    ],
)
def test_slug_refused_is_a_form_error(browser: Client, slug: str, message: str) -> None:
    home = make_category("Home")
    make_category("Kitchen", home)
    bath = make_category("Bath", home)

    for answer in (create(browser, "Fresh", home, slug=slug), update(browser, bath, slug=slug)):
        assert answer.status_code == 200
        assert answer.context["form"].errors["slug"] == [message]

    assert tree() == ["home", "-kitchen", "-bath"]


def test_slug_of_a_cousin_is_free(browser: Client) -> None:
    make_category("Sale", make_category("Home"))
    garden = make_category("Garden")

    create(browser, "Sale", garden, slug="sale")

    assert tree() == ["home", "-sale", "garden", "-sale"]


def test_change_keeps_the_place(browser: Client) -> None:
    home = make_category("Home")
    kitchen = make_category("Kitchen", home)
    make_category("Bath", home)

    assert update(browser, kitchen, name="Cooking", slug="cooking", is_public="").status_code == 302

    assert tree() == ["home", "-cooking", "-bath"]
    kitchen.refresh_from_db()
    assert (kitchen.name, kitchen.is_public) == ("Cooking", False)


def test_move_takes_the_branch_along_and_follows_what_is_hidden(browser: Client) -> None:
    home, garden = make_category("Home"), make_category("Garden")
    kitchen = make_category("Kitchen", home)
    pots = make_category("Pots", kitchen)
    Category.objects.filter(pk=garden.pk).update(is_public=False)

    answer = update(browser, kitchen, treebeard_position="first-child", treebeard_ref_node=garden.pk)

    assert answer.status_code == 302
    assert tree() == ["home", "garden", "-kitchen", "--pots"]
    pots.refresh_from_db()
    assert pots.ancestors_are_public is False


def test_move_to_the_roots(browser: Client) -> None:
    home = make_category("Home")
    kitchen = make_category("Kitchen", home)

    update(browser, kitchen, treebeard_position="first-child", treebeard_ref_node="")

    assert tree() == ["kitchen", "home"]


def test_move_beside_a_category_of_the_same_slug_is_a_form_error(browser: Client) -> None:
    home, garden = make_category("Home"), make_category("Garden")
    sale = make_category("Sale", home)
    make_category("Sale", garden)

    answer = update(browser, sale, treebeard_position="first-child", treebeard_ref_node=garden.pk)

    assert answer.context["form"].errors["slug"] == ["Another category beside this one has this slug."]
    assert tree() == ["home", "-sale", "garden", "-sale"]


def test_move_and_rename_at_once(browser: Client) -> None:
    home, garden = make_category("Home"), make_category("Garden")
    sale = make_category("Sale", home)
    make_category("Sale", garden)
    make_category("Bargains", home)

    answer = update(browser, sale, slug="bargains", treebeard_position="first-child", treebeard_ref_node=garden.pk)

    assert answer.status_code == 302
    assert tree() == ["home", "-bargains", "garden", "-bargains", "-sale"]


def test_move_below_itself_is_a_form_error(browser: Client) -> None:
    home = make_category("Home")
    kitchen = make_category("Kitchen", home)

    for target in (home, kitchen):
        answer = update(browser, home, treebeard_position="first-child", treebeard_ref_node=target.pk)
        assert "treebeard_ref_node" in answer.context["form"].errors

    assert tree() == ["home", "-kitchen"]


def test_category_is_read_after_the_lock_and_not_from_the_form(browser: Client) -> None:
    home, garden = make_category("Home"), make_category("Garden")
    kitchen = make_category("Kitchen", home)
    stale = Category.objects.get(pk=kitchen.pk)
    save_category({"name": "Kitchen"}, category_id=kitchen.pk, reference_id=garden.pk)

    save_category({"name": stale.name, "description": "New"}, category_id=stale.pk, is_moved=False)

    assert tree() == ["home", "garden", "-kitchen"]
    with pytest.raises(NotFound):
        save_category({"name": "Garden"}, category_id=garden.pk, reference_id=kitchen.pk)
    assert tree() == ["home", "garden", "-kitchen"]


def test_category_in_use_is_not_deleted(browser: Client) -> None:
    home = make_category("Home")
    kitchen = make_category("Kitchen", home)
    make_category("Pots", kitchen)
    product = make_product(category_ids=[kitchen.pk])
    url = f"/dashboard/catalogue/categories/{kitchen.pk}/delete/"
    page = browser.get(url).content.decode()
    assert "1 product stands in it." in page
    assert "1 category stands below it." in page

    answer = browser.post(url)

    assert answer.context["form"].errors == {"__all__": ["This is still in use: 1 product, 1 category."]}
    assert tree() == ["home", "-kitchen", "--pots"]
    assert list(product.categories.all()) == [kitchen]


def test_contents_of_a_deleted_category_go_to_another_one(browser: Client) -> None:
    home = make_category("Home")
    kitchen = make_category("Kitchen", home)
    make_category("Pots", kitchen)
    garden = make_category("Garden")
    product = make_product(category_ids=[kitchen.pk])
    url = f"/dashboard/catalogue/categories/{kitchen.pk}/delete/"

    assert browser.post(url, {"move_to": garden.pk})["Location"] == f"/dashboard/catalogue/categories/{home.pk}/"

    assert tree() == ["home", "garden", "-pots"]
    assert list(product.categories.all()) == [garden]


def test_contents_go_not_where_their_slug_is_taken_nor_below_themselves(browser: Client) -> None:
    home, garden = make_category("Home"), make_category("Garden")
    pots = make_category("Pots", home)
    make_category("Pots", garden)
    url = f"/dashboard/catalogue/categories/{home.pk}/delete/"

    taken = browser.post(url, {"move_to": garden.pk})
    below = browser.post(url, {"move_to": pots.pk})

    assert taken.context["form"].errors == {
        "move_to": ["A category of the same slug stands there already: change the slug first."]
    }
    assert list(below.context["form"].errors) == ["move_to"]
    assert tree() == ["home", "-pots", "garden", "-pots"]


def test_empty_category_is_deleted(browser: Client) -> None:
    home = make_category("Home")

    answer = browser.post(f"/dashboard/catalogue/categories/{home.pk}/delete/")

    assert answer["Location"] == "/dashboard/catalogue/categories/"
    assert tree() == []


@pytest.mark.parametrize("changes", [{"name": "", "slug": ""}, {"slug": "a b"}, {"name": "x\0", "slug": "'; --"}])
def test_page_with_errors_still_links_to_what_is_stored(browser: Client, changes: dict[str, str]) -> None:
    home = make_category("Home")

    page = update(browser, home, **changes)

    assert page.status_code == 200
    assert f'href="/~shop/catalogue/category/home_{home.pk}/"' in page.content.decode()


@pytest.mark.parametrize("page", ["update/", "delete/", ""])
def test_unknown_category_is_not_found(browser: Client, page: str) -> None:
    assert browser.get(f"/dashboard/catalogue/categories/99/{page}").status_code == 404
    assert browser.post(f"/dashboard/catalogue/categories/99/{page}").status_code in {302, 404}


def test_script_in_the_name_of_a_found_category_is_shown_as_text(browser: Client) -> None:
    home = make_category("Home")
    make_category("<script>alert(1)</script>", home)

    page = browser.get("/dashboard/catalogue/categories/", {"name": "script"}).content.decode()

    assert "Home &gt; &lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert(1)" not in page


def test_category_is_found_with_the_names_above_it_by_the_same_statements(browser: Client) -> None:
    home = make_category("Home & garden")
    url = "/dashboard/catalogue/categories/?name=spot"
    browser.get(url)
    counts = []
    for name in ("<Spot>", "Spot on", "Spotless"):
        make_category(name, home)
        statements, answer = statements_of(lambda: browser.get(url))
        counts.append(len(statements))

    assert counts[0] == counts[1] == counts[2]
    page = answer.content.decode()
    for way in ("Home &amp; garden &gt; &lt;Spot&gt;", "Home &amp; garden &gt; Spotless"):
        assert f">{way}</a>" in page
    assert ">Spotless</a>" in browser.get(f"/dashboard/catalogue/categories/{home.pk}/?name=x").content.decode()
