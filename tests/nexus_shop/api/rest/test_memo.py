"""Bodies that a process keeps: the one of the version, within the room, and never a stale answer."""

import pytest
from rest_framework.test import APIClient

from forked_apps.catalogue.models import Category, Product
from forked_apps.search.operations import rebuild_noted
from nexus_shop.api.rest import memo
from nexus_shop.api.rest.memo import NOTHING, Kept, Memo
from tests.factories.shop import make_category, make_product


def test_last_version_is_kept_and_what_was_asked_for_longest_ago_goes() -> None:
    kept = Memo(max_bytes=100)
    assert kept.get("a") is NOTHING
    for key in range(10):
        assert kept.keep(key, "1", b"x" * 10) == b"x" * 10
    kept.keep(0, "2", b"y" * 10)
    kept.get(1)
    kept.keep("new", "1", b"z" * 10)
    assert (kept.get(0), kept.get(1), kept.get(2)) == (Kept("2", b"y" * 10), Kept("1", b"x" * 10), NOTHING)
    kept.keep("new", "2", b"z" * 11)  # too large, and what was there is no longer right
    assert kept.get("new") is NOTHING


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/products/", "/api/v1/products/?fields=id,title", "/api/v1/categories/"])
def test_what_is_kept_is_answered_until_it_changes(api: APIClient, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bodies = Memo()
    for module in ("product", "category"):
        monkeypatch.setattr(f"nexus_shop.api.rest.views.{module}.BODIES", bodies)
    category = make_category("Kitchen")
    product = make_product("Mug", category_ids=[category.pk])
    first, again = api.get(path), api.get(path)
    assert (again.status_code, again.content) == (200, first.content)
    assert again.headers["ETag"] == first.headers["ETag"]
    assert api.get(path, HTTP_IF_NONE_MATCH=first.headers["ETag"]).status_code == 304

    Product.objects.filter(pk=product.pk).update(title="Cup")
    Category.objects.filter(pk=category.pk).update(name="Galley")
    while rebuild_noted():
        pass
    changed = api.get(path)
    assert changed.status_code == 200
    assert b"Cup" in changed.content or b"Galley" in changed.content
    assert api.get(path, HTTP_IF_NONE_MATCH=first.headers["ETag"]).content == changed.content
    assert api.get(path, HTTP_IF_NONE_MATCH=changed.headers["ETag"]).status_code == 304
    assert memo.BODIES is not bodies
