"""Serializers: strict on input; for output they are the documented shapes (bodies are built without them)."""
