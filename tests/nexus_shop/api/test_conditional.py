"""An answer to who has it already, over real HTTP: it says nothing of the type and the length of what it leaves out."""

import pytest

from tests.servers import serving


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_answer_of_nothing_new_has_neither_type_nor_length(own_database: str, method: str) -> None:
    with serving(own_database, workers=1) as shop:
        for path in ("/api/v1/categories/", "/api/v1/products/", "/api/schema/"):
            first = shop.call("GET", path)
            again = shop.call(method, path, If_None_Match=first.headers["ETag"])
            assert (first.status, again.status) == (200, 304)
            assert first.headers["Content-Type"] in {"application/json", "application/yaml"}
            assert {"content-type", "content-length"} & {name.lower() for name in again.headers} == set()
            assert again.headers["ETag"] == first.headers["ETag"]
            assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
