from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.urls import resolve
from django.utils import timezone

from runs.accounts import first_account, user_for_link, welcome_path
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def link():
    return resolve(welcome_path()).kwargs


def test_first_account_of_empty_database_is_administrator_without_password():
    user = first_account()

    assert (user.username, user.is_superuser, user.is_staff) == ("admin", True, True)
    assert not user.has_usable_password()


def test_first_account_is_made_once():
    assert first_account() == first_account()
    assert User.objects.count() == 1


def test_first_account_prefers_existing_administrator():
    UserFactory()
    chief = UserFactory(is_superuser=True)

    assert first_account() == chief


def test_welcome_path_leads_to_first_account():
    assert user_for_link(**link()) == first_account()


def test_welcome_path_with_somebody_who_has_password_is_none():
    UserFactory()

    assert welcome_path() is None


def test_welcome_path_after_sign_in_is_none():
    user = first_account()
    user.last_login = timezone.now()
    user.save()

    assert welcome_path() is None


def test_user_for_link_after_sign_in_is_none():
    parts = link()
    User.objects.update(last_login=timezone.now())

    assert user_for_link(**parts) is None


def test_user_for_link_after_password_change_is_none():
    parts = link()
    user = first_account()
    user.set_password("correct horse battery")
    user.save()

    assert user_for_link(**parts) is None


def test_user_for_link_of_inactive_account_is_none():
    parts = link()
    User.objects.update(is_active=False)

    assert user_for_link(**parts) is None


def test_user_for_link_too_old_is_none(settings):
    parts = link()
    settings.PASSWORD_RESET_TIMEOUT = timedelta(seconds=-1).total_seconds()

    assert user_for_link(**parts) is None


@pytest.mark.parametrize("uid", ["", "MQ==", "%%%", "x", "MQ", "é", "OTk5", "LTE"])
def test_user_for_link_invented_is_none(uid):
    assert user_for_link(uid, "c0ffee-0123456789abcdef") is None
