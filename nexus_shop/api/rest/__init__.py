"""The REST API: overrides of oscarapi's views and serializers, and our own beside them.

oscarapi finds the overrides here (OSCARAPI_OVERRIDE_MODULES): `serializers/` and `views/` mirror its paths.
"""
