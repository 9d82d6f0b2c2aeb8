"""Mails that somebody asked for."""

from celery import shared_task

from forked_apps.order.queries import id_of_order_by_number

from .operations import queue_link_mail


@shared_task
def mail_order_link_task(number: str, email: str, asked: str) -> None:
    """Mail a link to the order of that number, if it is that address's."""
    order_id = id_of_order_by_number(number, email)
    if order_id is not None:
        queue_link_mail(order_id, asked=asked)
