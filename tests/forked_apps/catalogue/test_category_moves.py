"""Categories moved by hand: steps, levels, beside and below others; never below themselves."""

import pytest

from forked_apps.catalogue.category_moves import move_category
from forked_apps.catalogue.errors import CategoryCycle, CategoryTooDeep, SlugTaken
from forked_apps.catalogue.models import Category
from nexus_shop.core.errors import NotFound
from tests.factories.shop import make_category

pytestmark = pytest.mark.django_db

AT_FIRST = ["Light", ".Indoor", "..Table", ".Outdoor", "Kitchen"]


@pytest.fixture
def ids() -> dict[str, int]:
    light = make_category("Light")
    indoor = make_category("Indoor", light)
    make_category("Table", indoor)
    make_category("Outdoor", Category.objects.get(name="Light"))
    make_category("Kitchen")
    return dict(Category.objects.values_list("name", "pk"))


def tree() -> list[str]:
    assert Category.find_problems() == ([], [], [], [], [])
    rows = Category.objects.order_by("path").values_list("name", "depth")
    return ["." * (depth - 1) + name for name, depth in rows]


@pytest.mark.parametrize(
    ("name", "move", "target", "after"),
    [
        ("Kitchen", "up", None, ["Kitchen", "Light", ".Indoor", "..Table", ".Outdoor"]),
        ("Light", "down", None, ["Kitchen", "Light", ".Indoor", "..Table", ".Outdoor"]),
        ("Outdoor", "up", None, ["Light", ".Outdoor", ".Indoor", "..Table", "Kitchen"]),
        ("Indoor", "down", None, ["Light", ".Outdoor", ".Indoor", "..Table", "Kitchen"]),
        ("Outdoor", "indent", None, ["Light", ".Indoor", "..Table", "..Outdoor", "Kitchen"]),
        ("Kitchen", "indent", None, ["Light", ".Indoor", "..Table", ".Outdoor", ".Kitchen"]),
        ("Table", "outdent", None, ["Light", ".Indoor", ".Table", ".Outdoor", "Kitchen"]),
        ("Indoor", "outdent", None, ["Light", ".Outdoor", "Indoor", ".Table", "Kitchen"]),
        ("Kitchen", "before", "Indoor", ["Light", ".Kitchen", ".Indoor", "..Table", ".Outdoor"]),
        ("Kitchen", "after", "Indoor", ["Light", ".Indoor", "..Table", ".Kitchen", ".Outdoor"]),
        ("Light", "after", "Kitchen", ["Kitchen", "Light", ".Indoor", "..Table", ".Outdoor"]),
        ("Outdoor", "before", "Indoor", ["Light", ".Outdoor", ".Indoor", "..Table", "Kitchen"]),
        ("Indoor", "after", "Outdoor", ["Light", ".Outdoor", ".Indoor", "..Table", "Kitchen"]),
        ("Kitchen", "under", "Table", ["Light", ".Indoor", "..Table", "...Kitchen", ".Outdoor"]),
    ],
)
def test_each_move(ids: dict[str, int], name: str, move: str, target: str | None, after: list[str]) -> None:
    assert tree() == AT_FIRST

    assert move_category(ids[name], move=move, target_id=ids[target] if target else None) is True

    assert tree() == after


@pytest.mark.parametrize(
    ("name", "move", "target"),
    [
        ("Light", "up", None),
        ("Kitchen", "down", None),
        ("Light", "indent", None),
        ("Kitchen", "outdent", None),
        ("Table", "indent", None),
        ("Indoor", "before", "Indoor"),
        ("Indoor", "after", "Indoor"),
        ("Kitchen", "after", "Light"),
        ("Table", "under", "Indoor"),
    ],
)
def test_what_cannot_go_further_stays(ids: dict[str, int], name: str, move: str, target: str | None) -> None:
    assert move_category(ids[name], move=move, target_id=ids[target] if target else None) is False

    assert tree() == AT_FIRST


@pytest.mark.parametrize(
    ("name", "move", "target"),
    [
        ("Light", "under", "Light"),
        ("Light", "under", "Table"),
        ("Light", "before", "Table"),
        ("Indoor", "after", "Table"),
    ],
)
def test_no_category_stands_below_itself(ids: dict[str, int], name: str, move: str, target: str) -> None:
    with pytest.raises(CategoryCycle):
        move_category(ids[name], move=move, target_id=ids[target])

    assert tree() == AT_FIRST


def test_what_is_not_there_is_not_moved(ids: dict[str, int]) -> None:
    for category_id, target_id in ((10**6, ids["Light"]), (ids["Kitchen"], 10**6), (ids["Kitchen"], None)):
        with pytest.raises(NotFound):
            move_category(category_id, move="under", target_id=target_id)

    assert tree() == AT_FIRST


def test_a_taken_slug_and_too_deep_a_place_are_refused(ids: dict[str, int]) -> None:
    make_category("Indoor", Category.objects.get(name="Kitchen"))
    below = Category.objects.get(name="Table")
    for level in range(4, 21):
        below = make_category(f"Level {level}", Category.objects.get(pk=below.pk))
    before = tree()

    with pytest.raises(SlugTaken):
        move_category(ids["Indoor"], move="under", target_id=ids["Kitchen"])
    with pytest.raises(CategoryTooDeep):
        move_category(ids["Outdoor"], move="under", target_id=below.pk)

    assert tree() == before
