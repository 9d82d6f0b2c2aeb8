"""Clients of the API with a login."""

from rest_framework.test import APIClient

from nexus_shop.accounts.models import User
from nexus_shop.api.rest.tokens import log_in


def client_of(user: User) -> APIClient:
    """A client that sends the user's access token."""
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {log_in(user)['access']}")
    return client
