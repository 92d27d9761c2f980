import pytest

from runs.management.commands.serve import allowed_hosts


def test_allowed_hosts_unset_let_printed_address_in(settings, monkeypatch):
    monkeypatch.delenv("ALLOWED_HOSTS", raising=False)
    settings.ALLOWED_HOSTS = ["localhost", "0.0.0.0"]

    assert "10.1.2.3" in allowed_hosts("10.1.2.3").split(",")


def test_allowed_hosts_set_are_kept(settings, monkeypatch):
    monkeypatch.setenv("ALLOWED_HOSTS", "example.org")
    settings.ALLOWED_HOSTS = ["example.org"]

    assert allowed_hosts("10.1.2.3") == "example.org"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_allowed_hosts_of_local_address_stay_local(settings, monkeypatch, host):
    monkeypatch.delenv("ALLOWED_HOSTS", raising=False)
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1"]

    assert allowed_hosts(host) == "localhost,127.0.0.1"
