"""The writing routes of what staff keep: method, template, a good body, and what stands in its path."""

from typing import Any, Final

from tests.fuzz import stage

ADMIN: Final = "/api/v1/admin/"
CATEGORY: Final = {
    "name": "Lamps",
    "slug": "lamps",
    "description": "<p>Light.</p>",
    "meta_title": "Lamps",
    "meta_description": "All lamps",
    "is_public": True,
    "code": "L-1",
    "parent": stage.CATEGORY,
    "position": 0,
    "image": "",
}
TEXTS: Final = {
    "title": "Linen shirt",
    "slug": "linen-shirt",
    "sku": "LINEN",
    "barcode": "4006381333931",
    "unit": {"measure": "l", "content": "0.75", "reference": "1"},
    "description": "<p>Cool.</p>",
    "is_discountable": True,
    "priority": 1,
    "meta_title": "Shirts",
    "meta_description": "Cool in summer",
    "canonical_url": "/shirts/",
    "og_title": "Look",
    "og_description": "A shirt",
    "brand": 1,
    "product_class": "engraved",
    "categories": [stage.CATEGORY],
    "tags": ["linen"],
    "options": ["engraving"],
    "attributes": {"size": "M"},
    "recommendations": {"related": [stage.MUG], "cross_sell": [], "up_sell": []},
    "status": "draft",
    "publish_from": None,
    "publish_until": None,
}
SALE: Final = {"price": "9.00", "list_price": "12.00", "stock_quantity": 3, "partner": 1}
MATRIX: Final = {"axes": {"size": ["S"]}, "title": "{title}", "sku": "{sku}-{size}", "is_public": True}
TERMS: Final = {
    "partner_sku": "N-1",
    "price": "9.00",
    "list_price": "12.00",
    "low_stock_threshold": 2,
    "backorder_limit": 1,
    "expected_on": "2030-01-31",
    "is_preorder": False,
}
FACADE: Final = {
    "title": "Mug",
    "description": "<p>Round.</p>",
    "price": "12.50",
    "list_price": "15.00",
    "categories": [stage.CATEGORY],
    "stock_quantity": 5,
    "sku": "MUG",
    "product_class": "engraved",
}
#: Kind -> a body that its POST takes; PUT and PATCH take it too.
KEPT: Final[dict[str, dict[str, Any]]] = {
    "brands": {"name": "Acme", "slug": "acme"},
    "categories": CATEGORY,
    "productclasses": {
        "name": "Books",
        "slug": "books",
        "requires_shipping": True,
        "track_stock": True,
        "options": ["engraving"],
    },
    "attributes": {
        "product_class": "engraved",
        "name": "Size",
        "code": "size",
        "type": "text",
        "required": False,
        "option_group": None,
    },
    "option-groups": {
        "name": "Sizes",
        "code": "sizes",
        "options": [{"option": "S", "code": "s", "price": "0.50"}],
    },
    "options": {
        "name": "Note",
        "code": "note",
        "type": "text",
        "required": False,
        "option_group": None,
        "help_text": "Short",
        "order": 1,
        "price": "1.00",
    },
    "partners": {"name": "North", "code": "north", "users": []},
}
STAFF_ROUTES: Final[list[tuple[Any, ...]]] = [
    *(("POST", f"{ADMIN}{kind}/", body) for kind, body in KEPT.items()),
    *((method, f"{ADMIN}{kind}/{{key}}/", body, "1") for kind, body in KEPT.items() for method in ("PUT", "PATCH")),
    ("POST", "/api/v1/categories/", CATEGORY),
    ("POST", "/api/v1/products/categories/", CATEGORY),
    ("PUT", f"{ADMIN}categories-bulk/", {"categories": [{"data": {"code": "A", "name": "A"}, "children": []}]}),
    ("PUT", "/api/v1/products/{key}/", FACADE, "sku:MUG"),
    ("PATCH", "/api/v1/products/{key}/", FACADE, "sku:MUG"),
    ("POST", f"{ADMIN}products/", TEXTS | SALE | {"structure": "parent", "variants": MATRIX}),
    ("PUT", f"{ADMIN}products/{{key}}/", TEXTS, str(stage.MUG)),
    ("PATCH", f"{ADMIN}products/{{key}}/", TEXTS, str(stage.MUG)),
    ("POST", f"{ADMIN}products/{{key}}/variants/", MATRIX | SALE, str(stage.PARENT)),
    (
        "PATCH",
        f"{ADMIN}products/{{key}}/images/{{image_id}}/",
        {"caption": "From behind", "display_order": 0},
        str(stage.PICTURE),
    ),
    ("PUT", f"{ADMIN}products/bulk/", {"products": [{"sku": "MUG"}]}),
    ("POST", f"{ADMIN}stockrecords/", TERMS | {"product": stage.PEN, "partner": 1, "num_in_stock": 3}),
    ("PUT", f"{ADMIN}stockrecords/{{key}}/", TERMS, "1"),
    ("PATCH", f"{ADMIN}stockrecords/{{key}}/", TERMS, "1"),
]
