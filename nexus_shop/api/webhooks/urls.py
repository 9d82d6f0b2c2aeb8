"""The routes of inbound calls."""

from django.urls import path

from .views import GatewayWebhook

urlpatterns = [
    path("api/v1/payments/webhooks/<str:gateway>/", GatewayWebhook.as_view(), name="payment-webhook"),
]
