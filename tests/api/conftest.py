"""Shoppers."""

import pytest
from rest_framework.test import APIClient


@pytest.fixture
def guest(api: APIClient) -> APIClient:
    """A guest with an empty cart."""
    token = api.post("/api/v1/cart/").headers["X-Cart-Token"]
    api.credentials(HTTP_X_CART_TOKEN=token)
    return api
