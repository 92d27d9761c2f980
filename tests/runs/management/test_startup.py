import os

import pytest

from runs.management import startup
from runs.management.startup import AlreadyRunningError


@pytest.fixture(autouse=True)
def home(settings, tmp_path):
    settings.TUNEBOARD_HOME = tmp_path


def test_claim_second_names_address_and_process():
    with (
        startup.claim("http://127.0.0.1:8000"),
        pytest.raises(AlreadyRunningError) as raised,
        startup.claim("http://127.0.0.1:9000"),
    ):
        pass

    assert str(raised.value) == (
        "Tuneboard is already running at http://127.0.0.1:8000"
        f" (process {os.getpid()})."
    )


def test_claim_ended_can_be_made_again():
    with startup.claim("http://127.0.0.1:8000"):
        pass

    with startup.claim("http://127.0.0.1:8000"):
        pass


def test_already_running_of_silent_holder_is_still_a_sentence():
    assert str(AlreadyRunningError({})) == "Tuneboard is already running."


@pytest.mark.django_db
def test_migrate_of_current_database_changes_nothing():
    startup.migrate()
