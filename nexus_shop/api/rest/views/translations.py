"""What the catalogue's texts are called in other languages, for staff."""

from typing import Any, Final

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema

from forked_apps.catalogue.translations import KINDS, Translations, set_translations, stored_translations
from forked_apps.partner.queries import products_of
from nexus_shop.api.rest.base import View, answer
from nexus_shop.api.rest.schema import problems
from nexus_shop.api.rest.serializers import translations as shapes
from nexus_shop.core.idempotency import Answer

from .kept import CHANGE, number_of

PATH: Final = [
    OpenApiParameter("kind", str, OpenApiParameter.PATH, enum=list(KINDS)),
    OpenApiParameter("thing_id", str, OpenApiParameter.PATH, description="The thing's id."),
]


class TranslationsView(View):
    """`admin/translations/{kind}/{id}/`."""

    has_version = True
    is_kept_by_staff = True

    @extend_schema(
        operation_id="getTranslations",
        summary="Read translations",
        parameters=PATH,
        responses={200: shapes.TranslationsShape, **problems(400, 401, 403, 404, 429)},
    )
    def get(self, request: Any, kind: str, thing_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Every translated field in every other language of the shop; null where it has no translation."""
        stored = stored_translations(kind, number_of(thing_id), among=self._own(kind))
        return self.private(shapes.translations_body(kind, stored), headers={"ETag": f'"{stored.version}"'})

    @extend_schema(
        operation_id="replaceTranslations",
        summary="Replace translations",
        parameters=PATH,
        request=shapes.TranslationsInput,
        responses={200: shapes.TranslationsShape, **CHANGE},
    )
    def put(self, request: Any, kind: str, thing_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """What the body leaves out has no translation afterwards."""
        return self._change(kind, thing_id, replaces=True)

    @extend_schema(
        operation_id="changeTranslations",
        summary="Change translations",
        parameters=PATH,
        request=shapes.TranslationsInput,
        responses={200: shapes.TranslationsShape, **CHANGE},
    )
    def patch(self, request: Any, kind: str, thing_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """What the body leaves out stays; a language that is null has no translation afterwards."""
        return self._change(kind, thing_id, replaces=False)

    def _change(self, kind: str, thing_id: str, *, replaces: bool) -> HttpResponse:
        number, version = number_of(thing_id), self.tag()
        texts = self.parsed(shapes.TranslationsInput)["translations"]

        def render(stored: Translations) -> Answer:
            return answer(shapes.translations_body(kind, stored), headers={"ETag": f'"{stored.version}"'})

        return self.write(
            lambda: set_translations(
                kind, number, texts=texts, replaces=replaces, version=version, among=self._own(kind)
            ),
            render,
        )

    def _own(self, kind: str) -> Any:
        """The products that the caller may change; None where the kind has no owner."""
        user: Any = self.request.user
        return products_of(user) if kind == "products" else None
