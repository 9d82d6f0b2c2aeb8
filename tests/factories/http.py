"""Clients of the API, with and without a login."""

from functools import cache
from typing import Any

from rest_framework.test import APIClient

from nexus_shop.accounts.models import User
from nexus_shop.api.rest.tokens import log_in


@cache
def _handler() -> Any:
    """One chain of middleware for all clients: making it costs more than most requests."""
    return APIClient().handler


def new_client() -> APIClient:
    """A client without login or cart. What the server raises comes as an answer, as it does to clients."""
    client = APIClient(raise_request_exception=False)
    client.handler = _handler()
    return client


def client_of(user: User) -> APIClient:
    """A client that sends the user's access token."""
    client = new_client()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {log_in(user)['access']}")
    return client
