"""Oscar's low-stock alerts: opened, mailed and closed by what the stock is now, not by what an event said once."""

from django.core.mail import EmailMessage
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from nexus_shop.accounts.models import User
from nexus_shop.core.tasks import enqueue
from nexus_shop.core.transactions import transaction

from .models import StockAlert, StockRecord


@transaction
def review_alert(stock_record_id: int) -> None:
    """Open the record's alert and have it mailed, or close it, as its stock is now. As often as anybody likes.

    Locks the stock record, whose lock keeps a second alert out.
    """
    from .tasks import mail_low_stock_task  # noqa: PLC0415 - tasks build on this

    record = StockRecord.objects.select_for_update().filter(pk=stock_record_id).first()
    if record is None:
        return
    threshold = record.low_stock_threshold
    alert = StockAlert.objects.filter(stockrecord=record, status=StockAlert.OPEN).first()
    if threshold is None or record.net_stock_level >= threshold:
        open_alerts = StockAlert.objects.filter(stockrecord=record, status=StockAlert.OPEN)
        open_alerts.update(status=StockAlert.CLOSED, date_closed=Now())
    elif alert is None:
        alert = StockAlert.objects.create(stockrecord=record, threshold=threshold)
        enqueue(mail_low_stock_task, alert_id=alert.pk)


def mail_low_stock(alert_id: int) -> int:
    """Tell the partner's people, or staff where it has none, that stock is low; returns to how many it went.

    Nothing is sent for an alert that is closed by now.
    """
    alerts = StockAlert.objects.select_related("stockrecord__product__parent", "stockrecord__partner")
    alert = alerts.filter(pk=alert_id, status=StockAlert.OPEN).first()
    if alert is None:
        return 0
    record = alert.stockrecord
    addresses = _addresses(record)
    if not addresses:
        return 0
    facts = {
        "title": record.product.get_title(),
        "sku": record.partner_sku,
        "partner": record.partner.display_name,
        "free": record.net_stock_level,
        "threshold": alert.threshold,
    }
    subject = _("Low stock: %(title)s (%(sku)s)") % facts
    body = _("%(title)s (%(sku)s) at %(partner)s: %(free)d are free, you wanted to know below %(threshold)d.\n") % facts
    return EmailMessage(" ".join(subject.split()), body, bcc=addresses).send()


def _addresses(record: StockRecord) -> list[str]:
    people = User.objects.filter(is_active=True).exclude(email="")
    own = list(people.filter(partners=record.partner_id).values_list("email", flat=True))
    if own:
        return own
    may_change = Q(codename="change_stockrecord", content_type__app_label="partner")
    held = Q(is_superuser=True)
    for way in ("user_permissions", "groups__permissions"):
        held |= Q(**{f"{way}__{name}": value for name, value in may_change.children})  # type: ignore[misc]
    return list(people.filter(held, is_staff=True).distinct().values_list("email", flat=True))
