"""Accounts: the first one, which a link printed at the start lets in; where people come from."""

from ipaddress import ip_address

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.http import HttpRequest
from django.urls import reverse
from django.utils.encoding import force_bytes, force_str
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

FIRST_NAME = "admin"


def first_account() -> User:
    """Return the oldest administrator, made without a password when there is none."""
    found = (
        User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
    )
    return found or User.objects.create_superuser(FIRST_NAME)


def welcome_path() -> str | None:
    """Return the way to the one-time sign-in, or None when somebody can sign in."""
    if any(user.has_usable_password() for user in User.objects.only("password")):
        return None
    if User.objects.filter(last_login__isnull=False).exists():
        return None
    user = first_account()
    token = default_token_generator.make_token(user)
    return reverse("welcome", args=[urlsafe_base64_encode(force_bytes(user.pk)), token])


def user_for_link(uid: str, token: str) -> User | None:
    """Return whom a link lets in; None when it was used, is too old or invented."""
    try:
        pk = int(force_str(urlsafe_base64_decode(uid)))
    except ValueError:
        return None
    user = User.objects.filter(pk=pk, is_active=True, last_login=None).first()
    if user is None or not default_token_generator.check_token(user, token):
        return None
    return user


def client_address(request: HttpRequest) -> str | None:
    """Return the address that a request comes from, as our outermost proxy has seen it.

    What stands further left in the header was written by the client, and is not believed.
    """
    hops = request.headers.get("X-Forwarded-For", "").split(",")
    n_proxies: int = settings.PROXIES
    trusted = 0 < n_proxies <= len(hops)
    found = hops[-n_proxies].strip() if trusted else request.META.get("REMOTE_ADDR", "")
    try:
        return str(ip_address(found))
    except ValueError:  # a socket of this machine has none
        return None
