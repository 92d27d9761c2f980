"""What docs/security.md promises of every installation."""

import os
import subprocess
import sys

import pytest
from axes.models import AccessAttempt, AccessFailureLog
from django.conf import settings as current
from django.test import Client
from django.urls import reverse

from tests.factories import UserFactory
from tests.runs.test_audit import PASSWORD, sign_in

pytestmark = pytest.mark.django_db


# --- Signing in -------------------------------------------------------------------------


def test_password_is_not_guessed_from_one_address(client):
    UserFactory(username="ada")
    for _ in range(5):
        sign_in(client, "ada", "wrong")

    assert sign_in(client, "ada", PASSWORD).status_code == 429
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert sign_in(elsewhere, "ada", PASSWORD).status_code == 302


@pytest.mark.parametrize(
    ("n_proxies", "header", "expected"),
    [
        (0, "203.0.113.5", 429),  # nobody is believed: still the same address
        (1, "203.0.113.5", 302),
        (1, "203.0.113.5, 127.0.0.1", 429),  # the right one is our proxy's
        (2, "203.0.113.5, 127.0.0.1", 302),
        (1, "no address", 302),
    ],
)
def test_address_is_the_one_that_our_proxy_has_seen(
    n_proxies, header, expected, client, settings
):
    UserFactory(username="ada")
    for _ in range(5):
        sign_in(client, "ada", "wrong")
    settings.PROXIES = n_proxies

    answer = sign_in(Client(headers={"X-Forwarded-For": header}), "ada", PASSWORD)

    assert answer.status_code == expected


@pytest.mark.parametrize("weak", ["short1!", "password123", "2938475610", "lovelace"])
def test_weak_password_is_refused(weak, client):
    user = UserFactory(username="lovelace")
    client.force_login(user)
    form = {"old_password": PASSWORD, "new_password1": weak, "new_password2": weak}

    page = client.post(reverse("password_change"), form)

    assert page.context["form"].errors["new_password2"]
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


# --- Other sites ------------------------------------------------------------------------


def test_form_sent_from_another_site_is_refused():
    user = UserFactory()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user)
    browser.get(reverse("runs:project_new"))
    form = {"name": "New", "csrfmiddlewaretoken": browser.cookies["csrftoken"].value}

    def send(origin):
        headers = {"Origin": origin}
        return browser.post(reverse("runs:project_new"), form, headers=headers)

    assert send("https://evil.example").status_code == 403
    assert send("null").status_code == 403
    assert send("http://testserver").status_code == 302


def test_request_for_another_host_is_refused(client):
    assert client.get("/accounts/login/", headers={"Host": "evil"}).status_code == 400


@pytest.mark.parametrize(
    "path", ["/", "/accounts/login/", "/nowhere/", "/admin/", "/api/v1/docs"]
)
def test_every_page_has_the_strict_policy(path, client):
    client.force_login(UserFactory(is_superuser=True, is_staff=True))

    answer = client.get(path)

    policy = dict(
        part.strip().partition(" ")[::2]
        for part in answer["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    # Neither scripts nor styles stand in pages, and no text becomes a program.
    assert "script-src" not in policy
    assert "'unsafe-inline'" not in answer["Content-Security-Policy"]
    assert "'unsafe-eval'" not in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"


def test_session_is_kept_from_scripts_and_other_sites(client):
    UserFactory(username="ada")
    sign_in(client, "ada", PASSWORD)

    cookie = client.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


# --- Secrets ----------------------------------------------------------------------------

SECRETS = ("broker-pass-4711", "database-pass-4711", "s3-pass-4711")
# Everything that talks to a server: each is refused here, and says so somewhere.
TALK = """
import logging, time
import django
django.setup()
from django.test import Client
from automl_site.celery import app
from runs.announcing import announcer
from runs.tasks import sweep
logging.getLogger().setLevel(logging.DEBUG)
client = Client(raise_request_exception=False)
print(client.get("/healthz").content)
print(client.get("/").content)
print(client.post("/accounts/login/", {"username": "a", "password": "user-pass-4711"}).content)
print(client.get("/api/v1/projects", headers={"Authorization": "Bearer tb_token-4711"}).content)
announcer().announce(1)
try:
    app.send_task("runs.sweep", retry=False)
except Exception as error:
    print(repr(error))
time.sleep(0.5)
"""


def test_no_secret_is_in_a_log_or_an_answer(tmp_path):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "automl_site.settings",
        "TUNEBOARD_HOME": str(tmp_path),
        "REDIS_URL": "redis://:broker-pass-4711@127.0.0.1:1/0",
        "DATABASE_URL": "postgres://tb:database-pass-4711@127.0.0.1:1/tb",
        "AWS_SECRET_ACCESS_KEY": "s3-pass-4711",
        "ALLOWED_HOSTS": "testserver",
        "HTTPS": "false",
    }

    done = subprocess.run(
        [sys.executable, "-c", TALK],
        cwd=current.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )

    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "degraded" in done.stdout
    assert "Internal Server Error" in done.stderr
    secret_key = (tmp_path / "secret_key").read_text().strip()
    for secret in (*SECRETS, "user-pass-4711", "tb_token-4711", secret_key):
        assert secret not in said


def test_failed_sign_in_stores_no_password(client):
    UserFactory(username="ada")
    sign_in(client, "ada", "typed-pass-4711")

    attempts = [*AccessAttempt.objects.values(), *AccessFailureLog.objects.values()]
    assert attempts
    assert "typed-pass-4711" not in str(attempts)
