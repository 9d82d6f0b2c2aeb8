"""`payments/webhooks/{gateway}/`: no login, but a signature. Errors become problem documents in the chain."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from forked_apps.payment.gateway_events import record_gateway_event
from forked_apps.payment.gateways.base import EventMalformed, EventRefused
from forked_apps.payment.gateways.registry import gateway_of

KEPT: Final = b'{"received": true}'


@method_decorator(csrf_exempt, name="dispatch")  # gateways have no cookies and no tokens of ours: they sign
class GatewayWebhook(View):
    """What a gateway tells."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, gateway: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Keep a signed event and say so; a task follows it. Forged: 401, and nothing is written."""
        port = gateway_of(gateway)
        if port is None:
            return HttpResponse(status=404)
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            event = port.read_event(headers, request.body)
        except EventRefused:
            return HttpResponse(status=401)
        except EventMalformed:
            return HttpResponse(status=400)
        if b"\\u0000" in request.body:  # PostgreSQL's JSON cannot hold it
            return HttpResponse(status=400)
        record_gateway_event(gateway, event=event)
        return HttpResponse(KEPT, content_type="application/json")
