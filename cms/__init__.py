"""Wagtail: content pages. May read the shop; the shop never reads it."""
