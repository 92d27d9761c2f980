"""Web socket routes."""

from django.urls import path, re_path

from runs.api.sockets import EventConsumer
from runs.consumers import OverviewConsumer, RunConsumer

websocket_urlpatterns = [
    path("ws/runs/<int:run_id>/", RunConsumer.as_asgi()),
    re_path(r"^ws/overview/(?P<page>runs|workers)/$", OverviewConsumer.as_asgi()),
    path("ws/v1/runs/<int:run_id>/events", EventConsumer.as_asgi()),
]
