"""The ways by which messages leave: one file each."""
