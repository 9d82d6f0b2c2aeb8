"""The picture of a category: one that `store_attachment` has stored, as those of attributes are.

null or an empty text takes it away. What it is shown as, its address, can be written back.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _

from nexus_shop.core.errors import NotFound

from .attachments import IMAGE, is_attachment
from .fields import refused
from .models import Category

POINTER: Final = "/image"
_NO_PICTURE: Final = _("There is no such stored picture: upload it first.")


def ensure_picture_stored(values: Mapping[str, Any], held: Callable[[], str] = str) -> None:
    """Raise ValueRefused where `image` names no picture that is there; the one that is held is not looked for.

    To be called before the transaction, as a file is stored: the storage may be far away.
    """
    if not values.get("image"):
        return
    known = held()
    name = picture_name(values["image"], known)
    if name != known and not default_storage.exists(name):
        raise refused(_NO_PICTURE, POINTER)


def picture_name(value: Any, held: str) -> str:
    """The column for what `image` says; the name or the address of the one that is held is that one.

    Raises ValueRefused for what `store_attachment` gives to no picture. Asks the storage for nothing but the address.
    """
    if value is None or value == "":
        return ""
    if not isinstance(value, str):
        raise refused(_NO_PICTURE, POINTER)
    if held and value in {held, default_storage.url(held)}:
        return held
    if not is_attachment(value, kind=IMAGE):
        raise refused(_NO_PICTURE, POINTER)
    return value


def held_picture(category_id: int) -> str:
    """The name of a category's picture; empty without one. Raises NotFound."""
    names = list(Category.objects.filter(pk=category_id).values_list("image", flat=True))
    if not names:
        raise NotFound
    return names[0] or ""
