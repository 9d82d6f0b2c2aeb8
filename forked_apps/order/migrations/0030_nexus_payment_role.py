"""Who did a payment stays when an account is deleted; what was cancelled or returned stays within the order's total."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("order", "0029_nexus_payment_actor")]

    operations = [
        migrations.AddField(
            model_name="paymentevent",
            name="role",
            field=models.CharField(
                choices=[("customer", "Customer"), ("staff", "Staff"), ("shop", "The shop itself")],
                db_default="shop",
                default="shop",
                max_length=8,
            ),
        ),
        migrations.RunSQL(
            "UPDATE order_paymentevent SET role = 'staff' WHERE actor_id IS NOT NULL", migrations.RunSQL.noop
        ),
        migrations.RemoveConstraint(model_name="order", name="order_cancelled_within_total"),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=Q(
                    cancelled_total__gte=0,
                    returned_total__gte=0,
                    total_incl_tax__gte=F("cancelled_total") + F("returned_total"),
                ),
                name="order_given_up_within_total",
            ),
        ),
    ]
