"""Root URLs: accounts, the two apps, the admin, the API."""

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import views as auth_views
from django.urls import include, path
from django.views.generic.base import RedirectView

from automl_site.api import api
from runs.admin.queue import queue
from runs.views.accounts import PasswordChange
from runs.views.health import healthz
from runs.views.welcome import welcome

urlpatterns = [
    path(
        "favicon.ico",
        RedirectView.as_view(url=f"{settings.STATIC_URL}img/logo.svg", permanent=True),
    ),
    path("healthz", healthz, name="healthz"),
    path("accounts/login/", auth_views.LoginView.as_view(), name="login"),
    path("accounts/logout/", auth_views.LogoutView.as_view(), name="logout"),
    path(
        "accounts/password/",
        PasswordChange.as_view(),
        name="password_change",
    ),
    path(
        "accounts/password/done/",
        auth_views.PasswordChangeDoneView.as_view(),
        name="password_change_done",
    ),
    path("welcome/<str:uid>/<str:token>/", welcome, name="welcome"),
    path("admin/queue/", admin.site.admin_view(queue), name="admin_queue"),
    path("admin/", admin.site.urls),
    path("api/v1/", api.urls),
    path("", include("runs.urls")),
    path("", include("models_app.urls")),
]
