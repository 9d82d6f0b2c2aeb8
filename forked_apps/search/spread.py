"""Which products a wide note speaks of: its kind -> the query of their ids by the note's `ref`.

Expanded when the note is read, not when it is written: what a rival had not committed by then is found too.
"""

from typing import Final

SPREAD: Final = {
    "category": """
        SELECT DISTINCT pc.product_id FROM catalogue_category above
        JOIN catalogue_category c ON c.path LIKE above.path || '%%'
        JOIN catalogue_productcategory pc ON pc.category_id = c.id WHERE above.id = %s
    """,
    "product_class": "SELECT id FROM catalogue_product WHERE product_class_id = %s",
    "brand": "SELECT id FROM catalogue_product WHERE brand_id = %s",
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
}
