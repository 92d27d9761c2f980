import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertRedirects, assertTemplateUsed

from runs.accounts import first_account, welcome_path
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


def answer(**changes):
    passwords = {"new_password1": PASSWORD, "new_password2": PASSWORD}
    return {"username": "ada", **passwords, **changes}


def test_welcome_shows_form_with_name(client):
    response = client.get(welcome_path())

    assert response.status_code == 200
    assertTemplateUsed(response, "registration/welcome.html")
    assert response.context["form"].initial["username"] == "admin"
    assert "no-store" in response["Cache-Control"]


def test_welcome_answered_names_account_and_signs_in(client):
    response = client.post(welcome_path(), answer())

    assertRedirects(response, reverse("runs:projects"))
    user = first_account()
    assert user.username == "ada"
    assert user.check_password(PASSWORD)
    assert client.session["_auth_user_id"] == str(user.pk)


@pytest.mark.parametrize("method", ["get", "post"])
def test_welcome_link_used_is_gone(client, method):
    path = welcome_path()
    client.post(path, answer())
    client.logout()

    response = getattr(client, method)(path, answer())

    assertContains(response, "make run", status_code=410)
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"new_password2": "other"}, "new_password2"),
        ({"new_password1": "12345", "new_password2": "12345"}, "new_password2"),
        ({"username": ""}, "username"),
        ({"username": "a b c"}, "username"),
        ({"username": "Grace"}, "username"),
    ],
)
def test_welcome_bad_answer_is_refused_at_its_field(client, changes, field):
    path = welcome_path()
    UserFactory(username="grace", password="!")

    response = client.post(path, answer(**changes))

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert not first_account().has_usable_password()


def test_welcome_other_method_is_refused(client):
    assert client.delete(welcome_path()).status_code == 405
