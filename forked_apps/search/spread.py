"""Which products a wide note speaks of: its kind -> the query of their ids by the note's `ref`; for some kinds, that of
the ids of notes less wide.

Expanded when the note is read, not when it is written: what a rival had not committed by then is found too.
"""

from typing import Final

EVERYTHING: Final = 0  # stands for a range with every product, those too that only their documents still know

# The notes of an offer's condition and benefit become one of the range of both, and this one notes of its products.
NARROWED: Final = {"offer_condition": "range", "offer_benefit": "range"}

_RANGE_OF: Final = f"""
    SELECT CASE WHEN r.includes_all_products THEN {EVERYTHING} ELSE r.id END
    FROM {{table}} part JOIN offer_range r ON r.id = part.range_id WHERE part.id = %s
"""

# Products with an attribute that names the noted thing.
_NAMING: Final = """
        SELECT v.product_id FROM noted JOIN catalogue_productattributevalue v ON v.entity_object_id = noted.id
        JOIN django_content_type t ON t.id = v.entity_content_type_id
        WHERE (t.app_label, t.model) = ('catalogue', '{model}')
"""

SPREAD: Final = {
    "category": f"""
        WITH noted(id) AS (SELECT %s::bigint)
        SELECT pc.product_id FROM noted JOIN catalogue_category above ON above.id = noted.id
        JOIN catalogue_category c ON c.path LIKE above.path || '%%'
        JOIN catalogue_productcategory pc ON pc.category_id = c.id
        UNION {_NAMING.format(model="category")}
    """,
    "product_name": f"""
        WITH given(id) AS (SELECT %s::bigint),
        noted(id) AS (
            SELECT id FROM given UNION SELECT p.id FROM given JOIN catalogue_product p ON p.parent_id = given.id)
        {_NAMING.format(model="product")}
    """,
    "product_class": "SELECT id FROM catalogue_product WHERE product_class_id = %s",
    "brand": f"""
        WITH noted(id) AS (SELECT %s::bigint)
        SELECT p.id FROM noted JOIN catalogue_product p ON p.brand_id = noted.id
        UNION {_NAMING.format(model="brand")}
    """,
    "tag": "SELECT product_id FROM catalogue_product_tags WHERE tag_id = %s",
    "attribute": "SELECT product_id FROM catalogue_productattributevalue WHERE attribute_id = %s",
    "option": """
        WITH noted(id) AS (SELECT %s::bigint)
        SELECT x.product_id FROM noted JOIN catalogue_product_product_options x ON x.option_id = noted.id
        UNION SELECT p.id FROM noted JOIN catalogue_productclass_options y ON y.option_id = noted.id
        JOIN catalogue_product p ON p.product_class_id = y.productclass_id
    """,
    "option_group": """
        WITH noted(id) AS (SELECT %s::bigint),
        chosen AS (SELECT o.id FROM noted JOIN catalogue_attributeoption o ON o.group_id = noted.id),
        asked AS (SELECT o.id FROM noted JOIN catalogue_option o ON o.option_group_id = noted.id)
        SELECT v.product_id FROM chosen JOIN catalogue_productattributevalue v ON v.value_option_id = chosen.id
        UNION SELECT v.product_id FROM chosen
        JOIN catalogue_productattributevalue_value_multi_option m ON m.attributeoption_id = chosen.id
        JOIN catalogue_productattributevalue v ON v.id = m.productattributevalue_id
        UNION SELECT x.product_id FROM asked JOIN catalogue_product_product_options x ON x.option_id = asked.id
        UNION SELECT p.id FROM asked JOIN catalogue_productclass_options y ON y.option_id = asked.id
        JOIN catalogue_product p ON p.product_class_id = y.productclass_id
    """,
    "offer_condition": _RANGE_OF.format(table="offer_condition"),
    "offer_benefit": _RANGE_OF.format(table="offer_benefit"),
    # Whatever may be in the range, excluded or not; variants are rebuilt with their parents.
    "range": f"""
        WITH noted(id) AS (SELECT %s::bigint)
        SELECT p.id FROM noted JOIN catalogue_product p ON p.parent_id IS NULL
        WHERE noted.id = {EVERYTHING} OR EXISTS (
            SELECT 1 FROM offer_range r WHERE r.id = noted.id AND r.includes_all_products)
        UNION SELECT d.product_id FROM noted JOIN search_productdocument d ON noted.id = {EVERYTHING}
        WHERE NOT EXISTS (SELECT 1 FROM catalogue_product p WHERE p.id = d.product_id)
        UNION SELECT x.product_id FROM noted JOIN offer_rangeproduct x ON x.range_id = noted.id
        UNION SELECT p.id FROM noted JOIN offer_range_classes k ON k.range_id = noted.id
        JOIN catalogue_product p ON p.product_class_id = k.productclass_id
        UNION SELECT pc.product_id FROM noted JOIN offer_range_included_categories i ON i.range_id = noted.id
        JOIN catalogue_category above ON above.id = i.category_id
        JOIN catalogue_category c ON c.path LIKE above.path || '%%'
        JOIN catalogue_productcategory pc ON pc.category_id = c.id
    """,
}
