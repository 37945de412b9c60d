"""The site's pages: the administration, a page for whoever is logged in, and one for whoever has a token."""

from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


def mine(request: HttpRequest) -> HttpResponse:
    """Show who is logged in."""
    return HttpResponse(f"<p>This is {request.user.get_username()}</p>")


class Me(APIView):
    """Tell who asks."""

    def get(self, request: Request) -> Response:
        """Answer with the name of the user whose token came."""
        return Response({"username": request.user.get_username()})


urlpatterns = [
    path("admin/", admin.site.urls),
    path("mine/", login_required(mine, login_url="/admin/login/")),
    path("api/me/", Me.as_view()),
]
