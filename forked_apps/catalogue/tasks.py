"""Work on the catalogue that needs no customer to wait."""

from celery import shared_task

from .operations import make_renditions


@shared_task
def make_renditions_task(image_id: int) -> None:
    """Store the sizes of a product picture."""
    make_renditions(image_id)
