"""Payment gateways: one file each, found by the registry."""
