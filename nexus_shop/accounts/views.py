"""The one login page of the staff side: allauth's views, with the shop's limits and its own ideas of where to go."""

from typing import Any

from allauth.account import views as allauth
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from nexus_shop.core.clients import address_of
from nexus_shop.core.limits import State, count_shared, limit

from .faces import faces_of
from .forms import StaffLoginForm
from .operations import normalised_email


class LoginView(allauth.LoginView):
    """`/staff/login/`. Dashboard, CMS and Django admin have no login of their own: theirs lead here.

    Attempts are counted with those of the API's login, so that neither is a way around the other.
    """

    form_class = StaffLoginForm
    template_name = "account/login.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Who is logged in is led on, or told that this account may not."""
        if request.user.is_authenticated:
            return self._lead_on()
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Count the attempt before the password is looked at."""
        account = normalised_email(request.POST.get("login", "")).lower()
        address = address_of(request)
        states = count_shared(
            [
                (limit("login"), f"{account}\0{address}"),
                (limit("login_account"), account),
                (limit("login_address"), address),
            ]
        )
        if any(state.is_exceeded for state in states):
            return self._refuse(states)
        response: HttpResponse = super().post(request, *args, **kwargs)
        return response

    def get_next_url(self) -> str | None:
        """The safe `next` of the request, if it is not one of these pages again."""
        url: str | None = super().get_next_url()
        return None if url and url.startswith(reverse("account_login")) else url

    def get_default_success_url(self) -> str:
        """The first face that the account may enter; without one this page, which then says so."""
        faces = faces_of(self.get_form().user)
        return faces[0].url if faces else reverse("account_login")

    def _lead_on(self) -> HttpResponse:
        """To `next` where that is a face that the user may enter, home without `next`, else nowhere.

        Whoever is sent here while logged in was refused elsewhere: sending him back would go round in a circle.
        """
        faces = faces_of(self.request.user)
        wanted = self.get_next_url()
        for face in faces:
            if wanted is None or wanted.startswith(face.url):
                return redirect(wanted or face.url)
        response: HttpResponse = self.response_class(
            request=self.request,
            template=["account/no_access.html"],
            context={"faces": faces, "view": self},
            status=403,
        )
        add_never_cache_headers(response)
        return response

    def _refuse(self, states: list[State]) -> HttpResponse:
        wait = max(state.resets_in for state in states if state.is_exceeded)
        form = self.form_class(request=self.request, initial={"login": self.request.POST.get("login", "")[:254]})
        context = self.get_context_data(form=form, wait=wait)
        response: HttpResponse = self.render_to_response(context, status=429, headers={"Retry-After": str(wait)})
        return response


@method_decorator(never_cache, name="dispatch")
class LogoutView(allauth.LogoutView):
    """`/staff/logout/`: asks on GET, ends the session on POST."""

    template_name = "account/logout.html"


@require_safe
def to_login(request: HttpRequest) -> HttpResponse:
    """Lead from another login page to ours, with `next` as it came: ours decides whether it is safe."""
    wanted = request.GET.get("next")
    url = reverse("account_login")
    return redirect(f"{url}?{urlencode({'next': wanted})}" if wanted else url)
