"""Whether all categories above one are public: kept by triggers, whoever writes.

A category that is hidden hides what stands below it. Readers look at the category's own row alone.
"""

from typing import Final

import pgtrigger

from .addresses import PATH_STEP

LOCK: Final = 0x63617465  # of the advisory lock under which it is worked out

# Below each path that a statement has touched, what does not say what those above it say: it says the contrary. Paths
# are compared by bytes, which the index of the column knows. A path may be touched and right: then nothing is written,
# and the trigger that this fires again ends there.
_RIGHT: Final = f"""
    IF EXISTS (SELECT FROM {{touched}} AS t) THEN
        PERFORM pg_advisory_xact_lock({LOCK});
        UPDATE catalogue_category SET ancestors_are_public = NOT ancestors_are_public WHERE id IN (
            SELECT c.id FROM {{touched}} AS t
            JOIN catalogue_category c ON c.path ~>=~ t.path AND c.path ~<~ (t.path || '~')
            WHERE c.ancestors_are_public = EXISTS (
                SELECT FROM generate_series(1, c.depth - 1) AS level
                JOIN catalogue_category a ON a.path = left(c.path, level * {PATH_STEP}) WHERE NOT a.is_public));
    END IF;
    RETURN NULL;
"""
_FACTS: Final = "({0}.path, {0}.is_public, {0}.ancestors_are_public)"
_CHANGED: Final = (
    "(SELECT unnest(ARRAY[o.path, r.path]) AS path FROM old_rows o JOIN new_rows r ON o.id = r.id"
    f" WHERE {_FACTS.format('o')} IS DISTINCT FROM {_FACTS.format('r')})"
)

ANCESTORS: Final = [
    pgtrigger.Trigger(
        name="keep_ancestors_insert",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new="new_rows"),
        func=_RIGHT.format(touched="new_rows"),
    ),
    pgtrigger.Trigger(
        name="keep_ancestors_update",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Update,
        referencing=pgtrigger.Referencing(old="old_rows", new="new_rows"),
        func=_RIGHT.format(touched=_CHANGED),
    ),
]
