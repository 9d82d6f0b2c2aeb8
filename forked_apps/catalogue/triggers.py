"""Triggers that keep a product's publication consistent, by whatever door it is written."""

from typing import Final

import pgtrigger

# An archived product is not public, whatever a form or an import says of it. What is public waits for no day: the clock
# would else publish anew what somebody hides later.
PUBLICATION: Final = [
    pgtrigger.Trigger(
        name="keep_publication",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        condition=pgtrigger.Condition(
            "NEW.archived_at IS NOT NULL OR (NEW.is_public AND NEW.publish_from IS NOT NULL)"
        ),
        func="""
            IF NEW.archived_at IS NOT NULL THEN
                NEW.is_public := false;
                NEW.publish_until := NULL;
            END IF;
            NEW.publish_from := NULL;
            RETURN NEW;
        """,
    ),
]
