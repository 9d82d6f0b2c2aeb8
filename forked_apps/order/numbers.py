"""Order numbers: for people, random, telling nothing."""

import secrets
from typing import Final

# Crockford's digits: none that is taken for another when read aloud.
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_order_number() -> str:
    """Twelve random characters (60 bits) in three groups, such as 7K3F-9QXT-2M4A. UNIQUE in the database."""
    text = "".join(secrets.choice(ALPHABET) for _ in range(12))
    return f"{text[:4]}-{text[4:8]}-{text[8:]}"
