"""The catalogue that is measured: of every five products one has three variants, so 1,000 products are 1,400 SKUs.

Plain SQL, a few statements whatever the number; the triggers note everything, as they do for an import.
"""

from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q

from forked_apps.catalogue.models import Brand, Category, Product
from forked_apps.catalogue.operations import product_class_named
from forked_apps.offer.models import Benefit, Condition, ConditionalOffer, Range
from forked_apps.partner.products import default_partner
from forked_apps.search.operations import BATCH, rebuild, rebuild_all
from tests.factories.shop import make_country

ROOTS, BRANCHES, LEAVES = 6, 4, 5  # 6 + 24 + 120 = 150 categories on 3 levels
LEAF_COUNT: Final = ROOTS * BRANCHES * LEAVES
BRANDS: Final = ("Alder", "Birch", "Cedar", "Elm", "Fir", "Hazel", "Larch", "Oak", "Pine", "Rowan")
ATTRIBUTES: Final = ("colour", "material", "size")

CATEGORIES: Final = """
INSERT INTO catalogue_category (path, depth, numchild, name, slug, description, long_description, is_public,
                                ancestors_are_public, exclude_from_menu)
SELECT path, depth, numchild, name, translate(lower(name), ' ', '-'), '', '', true, true, false FROM (
    SELECT lpad(r::text, 4, '0'), 1, %(branches)s, 'Department ' || r FROM generate_series(1, %(roots)s) r
    UNION ALL
    SELECT lpad(r::text, 4, '0') || lpad(b::text, 4, '0'), 2, %(leaves)s, 'Range ' || r || b
    FROM generate_series(1, %(roots)s) r, generate_series(1, %(branches)s) b
    UNION ALL
    SELECT lpad(r::text, 4, '0') || lpad(b::text, 4, '0') || lpad(l::text, 4, '0'), 3, 0, 'Shelf ' || r || b || l
    FROM generate_series(1, %(roots)s) r, generate_series(1, %(branches)s) b, generate_series(1, %(leaves)s) l
) AS tree (path, depth, numchild, name) ORDER BY path
"""
PRODUCTS: Final = """
INSERT INTO catalogue_product (structure, upc, title, slug, description, is_public, is_discountable, priority,
                               product_class_id, brand_id, rating, date_created, date_updated)
SELECT CASE n %% 5 WHEN 0 THEN 'parent' ELSE 'standalone' END, CASE n %% 5 WHEN 0 THEN NULL ELSE 'SKU-' || n END,
       (ARRAY['Linen', 'Oak', 'Brass', 'Glass', 'Woollen', 'Stone', 'Paper'])[1 + n %% 7] || ' '
           || (ARRAY['cushion', 'lamp', 'bowl', 'throw', 'frame', 'notebook', 'stool', 'mug', 'tray'])[1 + n %% 9]
           || ' ' || n,
       'product-' || n,
       '<p>' || repeat('Made to be used every day and to be mended when it has had enough of that. ', 8) || '</p>',
       true, true, 0, %(class)s, (%(brands)s::bigint[])[1 + n %% cardinality(%(brands)s::bigint[])],
       1 + n %% 5, now() - n * interval '1 minute', now()
FROM generate_series(1, %(products)s) n
"""
VARIANTS: Final = """
INSERT INTO catalogue_product (structure, upc, title, slug, description, is_public, is_discountable, priority,
                               parent_id, date_created, date_updated)
SELECT 'child', 'SKU-' || p.id || '-' || size, '', p.slug || '-' || lower(size), '', true, true, 0, p.id, now(), now()
FROM catalogue_product p, unnest(ARRAY['S', 'M', 'L']) size WHERE p.structure = 'parent'
"""
# One of twenty is sold out; of the others there is plenty, however long the orders are measured
STOCK: Final = """
INSERT INTO partner_stockrecord (partner_id, product_id, partner_sku, price_currency, price, num_in_stock,
                                 num_allocated, date_created, date_updated)
SELECT %(partner)s, id, upc, %(currency)s, 5 + id %% 195 + 0.99, CASE id %% 20 WHEN 0 THEN 0 ELSE 100000000 END, 0,
       now(), now()
FROM catalogue_product WHERE structure <> 'parent'
"""
# Each product stands on one shelf, every third on two
PLACES: Final = """
INSERT INTO catalogue_productcategory (product_id, category_id)
SELECT p.id, shelves.ids[1 + (p.id + extra * 7) %% cardinality(shelves.ids)]
FROM catalogue_product p, generate_series(0, 1) extra,
     (SELECT array_agg(id) AS ids FROM catalogue_category WHERE depth = 3) shelves
WHERE p.structure <> 'child' AND (extra = 0 OR p.id %% 3 = 0)
"""
# Pictures with their stored sizes on record; no file is behind them, and none is asked for
PICTURES: Final = """
INSERT INTO catalogue_productimage (product_id, original, caption, display_order, date_created)
SELECT id, 'bench/' || slug || '-' || n || '.webp', '', n, now()
FROM catalogue_product, generate_series(0, 1) n WHERE structure <> 'child'
"""
SIZES: Final = """
INSERT INTO catalogue_imagerendition (image_id, width, height, file, source)
SELECT id, width, width, 'renditions/' || width || '/' || original, original
FROM catalogue_productimage, unnest(ARRAY[320, 640, 1280]) width
"""
VALUES: Final = """
INSERT INTO catalogue_productattributevalue (product_id, attribute_id, value_text)
SELECT p.id, a.id, CASE a.code WHEN 'size' THEN right(p.upc, 1)
                   ELSE (ARRAY['grey', 'blue', 'red', 'white', 'green'])[1 + (p.id + a.id) %% 5] END
FROM catalogue_product p JOIN catalogue_productattribute a ON (a.code = 'size') = (p.structure = 'child')
"""
# Documents like those of the first COMPOSED products, under names, prices and shelves of their own
COPIES: Final = """
INSERT INTO search_productdocument (product_id, market, language, is_public, is_listed, slug, sku, title_key, price,
                                    in_stock, category_ids, date_created, card, attributes, detail, etag,
                                    stock_record_id, brand_id, rating, attribute_tokens)
SELECT p.id, d.market, d.language, d.is_public, d.is_listed, p.slug, p.upc, COALESCE(NULLIF(lower(p.title), ''),
       d.title_key), s.price, d.in_stock, d.category_ids, p.date_created,
       replace(replace(d.card, '"id":' || t.id || ',', '"id":' || p.id || ','), t.slug, p.slug), d.attributes,
       replace(replace(d.detail, '"id":' || t.id || ',', '"id":' || p.id || ','), t.slug, p.slug), md5(p.slug), s.id,
       p.brand_id, COALESCE(p.rating, 0), d.attribute_tokens
FROM catalogue_product p
JOIN catalogue_product t ON t.slug = regexp_replace(
    p.slug, '[0-9]+', ((substring(p.slug from '[0-9]+')::int - 1) %% %(composed)s + 1)::text)
JOIN search_productdocument d ON d.product_id = t.id
LEFT JOIN LATERAL (SELECT min(id) AS id, min(price) AS price FROM partner_stockrecord
                   WHERE product_id = ANY(ARRAY(SELECT k.id FROM catalogue_product k
                                                WHERE k.id = p.id OR k.parent_id = p.id))) s
       ON true
WHERE substring(p.slug from '[0-9]+')::int > %(composed)s
"""
COMPOSED: Final = 20_000  # of more products the documents are copies: composing all of 100,000 takes too long


def fill(products: int, *, composed: int = COMPOSED) -> int:
    """A catalogue of so many products with documents, of the first `composed` fresh ones and of the others copies of
    these; returns the number of SKUs. The database is new.
    """
    with transaction.atomic():
        _write(products)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # else the first rebuilds of many products are planned for none
        if products > composed:
            _compose_first(composed)
            cursor.execute(COPIES, {"composed": composed})
        else:
            rebuild_all()
    with connection.cursor() as cursor:
        # All is fresh: with the notes left, the worker would do it all again during the measurement
        cursor.execute("TRUNCATE search_documentnote")
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("SELECT count(*) FROM partner_stockrecord")
        return int(cursor.fetchone()[0])


def _compose_first(count: int) -> None:
    slugs = [f"product-{n}" for n in range(1, count + 1)]
    ids = list(Product.objects.filter(slug__in=slugs).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        with transaction.atomic():
            rebuild(ids[start : start + BATCH])


def _write(products: int) -> None:
    make_country("US")
    product_class = product_class_named("Things")
    for name in ATTRIBUTES:
        product_class.attributes.create(name=name.title(), code=name, type="text", required=False)
    values = {
        "roots": ROOTS,
        "branches": BRANCHES,
        "leaves": LEAVES,
        "products": products,
        "class": product_class.pk,
        "brands": [Brand.objects.create(name=name, slug=name.lower()).pk for name in BRANDS],
        "partner": default_partner().pk,
        "currency": settings.OSCAR_DEFAULT_CURRENCY,
    }
    with connection.cursor() as cursor:
        for statement in (CATEGORIES, PRODUCTS, VARIANTS, STOCK, PLACES, PICTURES, SIZES, VALUES):
            cursor.execute(statement, values)


@transaction.atomic
def add_offers(count: int) -> None:
    """Site offers, closed for now: of every fifty one is on everything, the others each on a shelf."""
    shelves = list(Category.objects.filter(depth=3).order_by("pk")[:count])
    ranges = Range.objects.bulk_create(
        Range(name=f"Range {n}", slug=f"range-{n}", includes_all_products=n % 50 == 0) for n in range(count)
    )
    Range.included_categories.through.objects.bulk_create(
        Range.included_categories.through(range=row, category=shelves[n % len(shelves)])
        for n, row in enumerate(ranges)
        if not row.includes_all_products
    )
    conditions = Condition.objects.bulk_create(Condition(range=row, type="Count", value=1) for row in ranges)
    benefits = Benefit.objects.bulk_create(Benefit(range=row, type="Percentage", value=1) for row in ranges)
    ConditionalOffer.objects.bulk_create(
        ConditionalOffer(
            name=f"Offer {n}",
            slug=f"offer-{n}",
            condition=condition,
            benefit=benefit,
            status=ConditionalOffer.SUSPENDED,
        )
        for n, (condition, benefit) in enumerate(zip(conditions, benefits, strict=True))
    )
    _forget_notes()


@transaction.atomic
def open_offers(count: int) -> bool:
    """Let exactly so many of the offers be open; returns whether others were before. The documents name none of them:
    the worker would rebuild all during the measurement of carts.
    """
    first = list(ConditionalOffer.objects.order_by("pk").values_list("pk", flat=True)[:count])
    is_open = Q(status=ConditionalOffer.OPEN)
    closed = ConditionalOffer.objects.filter(is_open).exclude(pk__in=first).update(status=ConditionalOffer.SUSPENDED)
    opened = ConditionalOffer.objects.filter(~is_open, pk__in=first).update(status=ConditionalOffer.OPEN)
    _forget_notes()
    return bool(closed + opened)


def _forget_notes() -> None:
    """Delete those of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM search_documentnote WHERE transaction_id = pg_current_xact_id_if_assigned()")
