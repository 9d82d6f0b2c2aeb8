"""Inbound calls of gateways: verified, kept, handed on."""
