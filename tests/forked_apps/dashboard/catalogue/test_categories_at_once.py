"""Several people working on the category tree at the same moment."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from forked_apps.catalogue.categories import save_category
from forked_apps.catalogue.models import Category
from tests.factories.shop import make_category


@pytest.mark.usefixtures("own_database")
def test_four_at_once_leave_a_whole_tree() -> None:
    home = make_category("Home")
    garden = make_category("Garden")
    moving = make_category("Lamps", home)

    def work(number: int) -> None:
        for turn in range(5):
            save_category({"name": "Kitchen"}, reference_id=home.pk)
            target = home if (number + turn) % 2 else garden
            save_category({"name": "Lamps"}, category_id=moving.pk, reference_id=target.pk)
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))

    assert Category.find_problems() == ([], [], [], [], [])
    assert Category.objects.filter(slug__startswith="kitchen").count() == 20
    assert Category.objects.get(pk=moving.pk).slug == "lamps"
