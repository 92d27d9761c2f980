"""What can go wrong says what it is, and what to do."""

import copy
import pickle  # noqa: TID251 - as processes of joblib do

import httpx
import pytest
from tuneboard_client import (
    AuthenticationError,
    Client,
    ConflictError,
    ForbiddenError,
    InvalidRequestError,
    NotFoundError,
    Problem,
    ProblemError,
    ServerError,
    TooManyRequestsError,
    TuneboardError,
    UnreachableError,
    configure,
)
from tuneboard_client.errors import error_of
from tuneboard_client.responses import checked, filename_of, pause_of

from tests.installation import free_port

INVALID = {
    "type": "/api/v1/docs#problem-invalid",
    "title": "Not valid",
    "status": 422,
    "detail": "No column “a”. At most 50 folds.",
    "errors": [
        {"detail": "No column “a”.", "pointer": "#/target"},
        {"detail": "At most 50 folds.", "parameter": "cv"},
    ],
}


def answer(status: int, **more: object) -> httpx.Response:
    request = httpx.Request("GET", "http://tuneboard.example/api/v1/models/3/file")
    return httpx.Response(status, request=request, **more)


@pytest.mark.parametrize(
    ("status", "kind", "other"),
    [
        (401, AuthenticationError, TuneboardError),
        (403, ForbiddenError, PermissionError),
        (404, NotFoundError, LookupError),
        (409, ConflictError, TuneboardError),
        (413, InvalidRequestError, ValueError),
        (422, InvalidRequestError, ValueError),
        (429, TooManyRequestsError, TuneboardError),
        (418, ProblemError, TuneboardError),
        (500, ServerError, TuneboardError),
        (503, ServerError, TuneboardError),
    ],
)
def test_each_status_is_an_exception_of_its_own(status, kind, other):
    error = error_of(status, {"title": "So", "detail": "It is so."})

    assert type(error) is kind
    assert isinstance(error, other)
    assert str(error).startswith(f"So ({status}): It is so.")
    assert status == error.status


def test_error_names_everything_that_is_wrong():
    error = error_of(422, INVALID)

    assert str(error) == (
        "Not valid (422).\n- target: No column “a”.\n- cv: At most 50 folds."
    )
    assert [e.pointer for e in error.errors] == ["#/target", ""]
    assert error.detail == INVALID["detail"]


def test_error_says_what_to_do():
    assert "API tokens" in str(error_of(401, {}))
    assert "scope “write”" in str(error_of(403, {}))
    assert "refresh()" in str(error_of(409, {}))
    assert "log" in str(error_of(502, {}))


def test_error_survives_a_pickle_as_processes_exchange_it():
    error = pickle.loads(pickle.dumps(error_of(422, INVALID)))

    assert type(error) is InvalidRequestError
    assert len(error.errors) == 2


def test_answer_that_is_no_problem_document_is_told_by_its_status():
    with pytest.raises(ServerError, match=r"Bad Gateway \(502\)"):
        checked(answer(502, text="<html>nginx</html>"))
    with pytest.raises(UnreachableError, match=r"https://other\.example"):
        checked(answer(301, headers={"Location": "https://other.example"}))


def test_request_is_sent_again_only_where_that_is_safe():
    limited = answer(429, headers={"Retry-After": "7"})
    gone = answer(503)
    being_answered = answer(409, headers={"Retry-After": "5"})

    assert pause_of(limited, 1.0, again=False) == 7.0
    assert pause_of(gone, 1.0, again=True) == 1.0
    assert pause_of(being_answered, 1.0, again=True) == 5.0
    assert pause_of(gone, 1.0, again=False) is None
    assert pause_of(answer(409), 1.0, again=True) is None
    assert pause_of(answer(200), 1.0, again=True) is None


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('attachment; filename="a b.csv"', "a b.csv"),
        ("attachment; filename*=utf-8''%C3%A4.csv", "ä.csv"),
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ("", "file"),
    ],
)
def test_download_has_the_name_the_server_gives_and_no_folder(header, name):
    assert filename_of(answer(200, headers={"Content-Disposition": header})) == name


def test_client_without_address_or_token_says_how_to_give_them(monkeypatch):
    monkeypatch.delenv("TUNEBOARD_URL", raising=False)
    monkeypatch.delenv("TUNEBOARD_TOKEN", raising=False)

    with pytest.raises(TuneboardError, match="TUNEBOARD_URL"):
        Client()
    with pytest.raises(TuneboardError, match="TUNEBOARD_TOKEN"):
        Client("http://127.0.0.1:8000")


def test_server_that_is_not_there_is_named_with_what_to_look_at(monkeypatch):
    monkeypatch.setattr("tuneboard_client.transport.PAUSE_SECONDS", 0.0)
    client = Client(f"http://127.0.0.1:{free_port()}", "tb_x")

    with client, pytest.raises(UnreachableError, match="make run"):
        client.projects()


def test_token_is_in_no_text_copy_or_pickle(monkeypatch):
    monkeypatch.setenv("TUNEBOARD_TOKEN", "tb_of_the_environment")
    with Client("http://127.0.0.1:8000/", "tb_secret") as client:
        assert repr(client) == "Client('http://127.0.0.1:8000')"
        assert b"tb_secret" not in pickle.dumps(client)
        assert copy.deepcopy(client) is client
        with pickle.loads(pickle.dumps(client)) as read:
            assert read.url == client.url
            assert "tb_of_the_environment" in str(read.transport.headers)


def test_problem_without_details_is_its_title():
    assert str(Problem(status=418, title="I'm a teapot")) == "I'm a teapot (418)."


# --- Documents ------------------------------------------------------------------------


def test_configure_divides_algorithms_and_their_spaces():
    document = configure(
        "y",
        preset="quick_look",
        algorithms={"ridge": {"alpha": [1.0]}, "lightgbm": None},
        cv=3,
        time_budget=None,
    )

    assert document == {
        "target": "y",
        "preset": "quick_look",
        "cv": 3,
        "time_budget": None,
        "algorithms": ["ridge", "lightgbm"],
        "spaces": {"ridge": {"alpha": [1.0]}},
    }


def test_configure_with_unknown_option_names_the_nearest():
    with pytest.raises(
        TypeError, match=r"no option max_trial. Did you mean max_trials?"
    ):
        configure("y", max_trial=3)
    with pytest.raises(TypeError, match=r"\['ridge'\]"):
        configure("y", algorithms="ridge")
