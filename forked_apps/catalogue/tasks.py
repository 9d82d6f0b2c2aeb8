"""Work on the catalogue that needs no customer to wait."""

from celery import shared_task

from .operations import make_renditions
from .picture_files import drop_unused_picture
from .publishing import BATCH, obey_clock


@shared_task
def make_renditions_task(image_id: int) -> None:
    """Store the sizes of a product picture."""
    make_renditions(image_id)


@shared_task
def drop_unused_picture_task(name: str) -> None:
    """Delete the file of a picture whose row was never written."""
    drop_unused_picture(name)


@shared_task
def obey_clock_task() -> None:
    """Publish and hide the products whose time has come, a batch in a transaction."""
    while obey_clock() == BATCH:
        pass
