"""What is selected in a list."""

from typing import Any, Final

from django.http import Http404, HttpRequest

MAX_ID: Final = 2**31 - 1


class SelectsByNumber:
    """Oscar 4.2.1 looks up whatever was posted as an id."""

    def get_selected_ids(self, request: HttpRequest) -> list[int]:
        """The ids among what was posted."""
        name = f"selected_{self.get_checkbox_object_name()}"  # type: ignore[attr-defined]
        post = request.POST.copy()
        post.setlist(name, [text for text in post.getlist(name) if _is_id(text)])
        request.POST = post  # type: ignore[assignment]
        ids: list[int] = super().get_selected_ids(request)  # type: ignore[misc]
        return ids


class OneByNumber:
    """Oscar 4.2.1 takes any text in an address for an id."""

    kwargs: dict[str, Any]

    def get_object(self, queryset: Any = None) -> Any:
        """The thing of the address; 404 where there is none."""
        if number_in(str(self.kwargs["pk"])) is None:
            raise Http404
        return super().get_object(queryset)  # type: ignore[misc]  # the view's


def _is_id(text: Any) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 11 and int(text) <= MAX_ID


def number_in(text: str) -> int | None:
    """The id that a field or an address has; None where it can be none."""
    return int(text) if text and _is_id(text) else None
