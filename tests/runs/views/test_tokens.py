"""The page of a person's API tokens."""

import re

import pytest
from django.urls import reverse

from runs.models import ApiToken
from runs.services.tokens import create_token, digest_of
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
FORM = {"name": "script", "scopes": ["read"], "days": "30"}


@pytest.fixture
def user(client):
    user = UserFactory()
    client.force_login(user)
    return user


def test_token_is_shown_once_and_stored_as_a_hash(client, user):
    page = client.post(reverse("runs:tokens"), FORM)

    secret = re.search(r'id="secret">(tb_[\w-]{43})<', page.text)[1]
    token = ApiToken.objects.get()
    assert (token.user, token.name, token.scopes) == (user, "script", ["read"])
    assert token.digest == digest_of(secret)
    assert secret.startswith(token.prefix)
    assert 29 <= (token.expires_at - token.created_at).days <= 30
    assert "no-store" in page["Cache-Control"]
    again = client.get(reverse("runs:tokens")).text
    assert secret not in again
    assert token.prefix in again
    answer = client.get(
        "/api/v1/projects", headers={"Authorization": f"Bearer {secret}"}
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("change", [{"name": ""}, {"scopes": []}, {"days": "31"}])
def test_form_with_something_wrong_makes_no_token(change, client, user):
    answer = client.post(reverse("runs:tokens"), FORM | change)

    assert answer.status_code == 422
    assert not ApiToken.objects.exists()


def test_token_without_an_end_is_listed_as_such(client, user):
    client.post(reverse("runs:tokens"), FORM | {"days": ""})

    assert ApiToken.objects.get().expires_at is None


def test_revoked_token_leaves_the_list_and_keeps_its_row(client, user):
    token, _ = create_token(user=user, name="gone")

    page = client.post(reverse("runs:token_revoke", args=[token.pk]), follow=True)

    token.refresh_from_db()
    assert token.revoked_at is not None
    assert "is revoked" in page.text
    assert token.prefix not in page.text


def test_token_of_somebody_else_is_neither_listed_nor_revoked(client, user):
    token, _ = create_token(user=UserFactory(), name="theirs")

    assert "theirs" not in client.get(reverse("runs:tokens")).text
    revoked = client.post(reverse("runs:token_revoke", args=[token.pk]))
    token.refresh_from_db()
    assert (revoked.status_code, token.revoked_at) == (404, None)


def test_tokens_are_for_whoever_is_signed_in(client):
    assert client.get(reverse("runs:tokens")).status_code == 302


def test_page_takes_as_many_queries_for_many_tokens(
    client, user, django_assert_max_num_queries
):
    for number in range(4):
        create_token(user=user, name=f"token {number}")

    with django_assert_max_num_queries(4):
        client.get(reverse("runs:tokens"))


def test_admin_lists_tokens_without_their_hash_and_revokes_them(admin_client):
    token, _ = create_token(user=UserFactory(), name="lost")
    address = reverse("admin:runs_apitoken_changelist")

    page = admin_client.get(reverse("admin:runs_apitoken_change", args=[token.pk]))
    admin_client.post(address, {"action": "revoke", "_selected_action": [token.pk]})

    token.refresh_from_db()
    assert token.prefix in admin_client.get(address).text
    assert token.digest not in page.text
    assert token.revoked_at is not None
