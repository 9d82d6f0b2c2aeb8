"""A product in oscarapi's words: what its admin API takes, in the words of ours."""

import re
from collections.abc import Mapping
from typing import Any, Final

#: oscarapi's read-only parts of a product: written back, ignored.
SHOWN: Final = frozenset({"url", "children"})
_LINK: Final = re.compile(r"/(\d{1,9})/?$")


def from_oscarapi(body: Any) -> Any:
    """The body with oscarapi's fields under our names; a field of oscarapi's beside ours of the same is left as it is.

    `upc`, `is_public`, `attributes` as a list, `options` as objects, `recommended_products` as links, and one of
    `stockrecords` with its price and stock. What is of another shape stays, to be refused as any other field is.
    """
    if not isinstance(body, Mapping):
        return body
    found = {name: value for name, value in body.items() if name not in SHOWN}
    if "upc" in found and "sku" not in found:
        found["sku"] = found.pop("upc")
    if isinstance(found.get("is_public"), bool) and "status" not in found:
        found["status"] = "published" if found.pop("is_public") else "draft"
    if _are_objects(found.get("attributes"), "code", str):
        found["attributes"] = {each["code"]: each.get("value") for each in found["attributes"]}
    if _are_objects(found.get("options"), "code", str):
        found["options"] = [each["code"] for each in found["options"]]
    if "recommendations" not in found and (linked := _linked(found.get("recommended_products"))):
        del found["recommended_products"]
        found["recommendations"] = {"related": linked}
    return found


def with_stock(body: Any) -> Any:
    """The body of a new product, with the price and the stock of its one stock record where it has one."""
    records: Any = body.get("stockrecords") if isinstance(body, Mapping) else None
    if not _are_objects(records, "price", str | int | float) or len(records) != 1:
        return body
    record, found = records[0], {name: value for name, value in body.items() if name != "stockrecords"}
    found.setdefault("price", record["price"])
    if "num_in_stock" in record:
        found.setdefault("stock_quantity", record["num_in_stock"])
    if (partner := _linked([record.get("partner")])) is not None:
        found.setdefault("partner", partner[0])
    return found


def _are_objects(value: Any, name: str, kind: Any) -> bool:
    """Whether it is a list of objects, at least one, that each have something of that name and kind."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(each, Mapping) and isinstance(each.get(name), kind) for each in value)
    )


def _linked(value: Any) -> list[int] | None:
    """The ids that a list of links leads to; None where it is no such list."""
    if not isinstance(value, list) or not value:
        return None
    links = [_LINK.search(each) if isinstance(each, str) else None for each in value]
    return [int(link[1]) for link in links if link] if all(links) else None
