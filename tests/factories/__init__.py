"""Rows for tests, made the way the shop makes them."""
