"""Handles: the unguessable names by which API addresses call what belongs to somebody."""

import secrets
from typing import TYPE_CHECKING, Any, Final

from django.db import models

if TYPE_CHECKING:
    TextField = models.CharField[str, str]
else:
    TextField = models.CharField

# 128 random bits as 32 hexadecimal digits. Made by the database, so that rows of every door have one.
RANDOM: Final = "left(encode(sha256((gen_random_uuid()::text || gen_random_uuid()::text)::bytea), 'hex'), 32)"


def new_handle() -> str:
    """A handle for what is never written."""
    return secrets.token_hex(16)


class HandleField(TextField):
    """A unique handle, made with the row; rows that came before the column get theirs with it."""

    def __init__(self, **options: Any) -> None:
        settled = {"max_length": 32, "unique": True, "editable": False, "db_default": models.Func(template=RANDOM)}
        super().__init__(**{**options, **settled})
