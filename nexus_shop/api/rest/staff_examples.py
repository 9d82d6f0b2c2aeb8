"""Examples of request bodies of what staff keep, by operation. A test sends each one to a demo shop."""

from typing import Any, Final

BRAND: Final = {"name": "Acme Outdoors", "slug": "acme-outdoors"}
CATEGORY: Final = {"name": "Desk lamps", "description": "<p>For reading and writing.</p>", "meta_title": "Desk lamps"}
PRODUCT_CLASS: Final = {"name": "Shirts", "requires_shipping": True, "track_stock": True}
GROUP: Final = {"name": "Shirt sizes", "options": [{"option": "S"}, {"option": "M"}, {"option": "L", "price": "1.00"}]}
ATTRIBUTE: Final = {"product_class": "shirts", "name": "Size", "code": "size", "type": "option", "option_group": 1}
OPTION: Final = {"name": "Gift note", "type": "text", "help_text": "At most 100 letters", "price": "2.50"}
PARTNER: Final = {"name": "Northern workshop", "code": "north"}
STOCK: Final = {"price": "12.00", "list_price": "15.00", "low_stock_threshold": 3}
PRODUCT: Final = {
    "title": "Linen shirt",
    "sku": "LINEN-01",
    "description": "<p>Cool in summer.</p>",
    "product_class": "shirts",
    "tags": ["linen", "summer"],
    "attributes": {"size": "M"},
    "meta_title": "Shirts of linen",
}
STAFF_EXAMPLES: Final[dict[str, Any]] = {
    "replaceProduct": {
        "name": "Premium Laptop",
        "description": "<p>Light.</p>",
        "price": "1199.99",
        "sku": "LAPTOP-001",
    },
    "changeProduct": {"price": "1249.99", "list_price": "1299.99"},
    "createCategory": CATEGORY,
    "createProductCategory": CATEGORY | {"name": "Floor lamps"},
    "createAdminCategory": CATEGORY | {"name": "Wall lamps", "position": 0},
    "replaceAdminCategory": CATEGORY | {"name": "Lamps for walls", "parent": None},
    "changeAdminCategory": {"is_public": False},
    "putCategories": {
        "categories": [
            {
                "data": {"code": "GARDEN", "name": "Garden furniture"},
                "children": [{"data": {"code": "BENCH", "name": "Benches"}}],
            }
        ]
    },
    "createAdminBrand": BRAND,
    "replaceAdminBrand": BRAND | {"name": "Acme"},
    "changeAdminBrand": {"name": "Acme & Sons"},
    "createAdminProductClass": PRODUCT_CLASS,
    "replaceAdminProductClass": PRODUCT_CLASS,
    "changeAdminProductClass": {"track_stock": True},
    "createAdminOptionGroup": GROUP,
    "replaceAdminOptionGroup": GROUP,
    "changeAdminOptionGroup": {"name": "Sizes"},
    "createAdminAttribute": ATTRIBUTE,
    "replaceAdminAttribute": ATTRIBUTE | {"name": "Collar size"},
    "changeAdminAttribute": {"required": False},
    "createAdminOption": OPTION,
    "replaceAdminOption": OPTION,
    "changeAdminOption": {"price": "3.00", "reason": "Paper costs more"},
    "createAdminPartner": PARTNER,
    "replaceAdminPartner": PARTNER,
    "changeAdminPartner": {"name": "Workshop in the north"},
    "createAdminProduct": PRODUCT | {"status": "draft", "price": "39.00", "stock_quantity": 12},
    "replaceAdminProduct": PRODUCT,
    "changeAdminProduct": {"status": "published", "attributes": {"size": "L"}},
    "changeAdminProductImage": {"caption": "The shirt from behind", "display_order": 0},
    "buildAdminVariants": {"axes": {"size": ["S", "M"]}, "sku": "{sku}-{size}", "price": "39.00", "stock_quantity": 5},
    "putAdminProducts": {
        "products": [
            {"sku": "LINEN-01", "price": "35.00", "list_price": "39.00", "stock_quantity": 20},
            {"sku": "BELT-01", "name": "Belt", "price": "19.00", "stock_quantity": 4},
        ]
    },
    "createAdminStockRecord": STOCK | {"product": 1, "partner": 1, "partner_sku": "N-4711", "num_in_stock": 4},
    "replaceAdminStockRecord": STOCK,
    "changeAdminStockRecord": {"price": "11.00", "expected_on": "2030-01-31", "backorder_limit": 5},
}
