"""The API's own document, as a file and as a page; and the call on the configure page."""

import json
import re
import shlex
from html import unescape

import pytest
from django.conf import settings
from django.urls import reverse

from runs.management.commands.openapi import document
from runs.models import Run
from runs.specifications import specification_of

FILE = settings.BASE_DIR / "docs" / "openapi.json"


def test_document_in_the_repository_is_that_of_the_server(client):
    renewed = "renew it: ./manage.py openapi docs/openapi.json"

    assert json.loads(FILE.read_text()) == json.loads(document()), renewed
    assert client.get("/api/v1/openapi.json").json() == json.loads(document())


def test_document_that_is_known_is_not_sent_again(client):
    first = client.get("/api/v1/openapi.json")

    again = client.get("/api/v1/openapi.json", headers={"If-None-Match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")


def test_every_operation_documents_what_may_be_answered():
    found = json.loads(FILE.read_text())["paths"]

    for operations in found.values():
        for operation in operations.values():
            answers = operation["responses"]
            assert {"401", "403", "429", "500"} < set(answers)
            for status, answer in answers.items():
                if int(status) >= 400:
                    assert list(answer["content"]) == ["application/problem+json"]


def test_page_of_the_api_has_every_operation_and_nothing_inline(client, db):
    page = client.get("/api/v1/docs")

    ids = re.findall(r'<details class="api-operation" id="(\w+)"', page.text)
    found = json.loads(FILE.read_text())["paths"].values()
    wanted = {one["operationId"] for operations in found for one in operations.values()}
    assert wanted <= set(ids)
    assert len(ids) == len(set(ids))
    assert not re.search(
        r"<script(?![^>]*\bsrc=)|<style|\sstyle=|https?://cdn", page.text
    )
    assert "unsafe-inline" not in page["Content-Security-Policy"]
    # Every schema that is linked to is there.
    linked = re.findall(r'href="#(schema-\w+)"', page.text)
    assert set(linked) <= set(re.findall(r'id="(schema-\w+)"', page.text))


# --- The call on the configure page -------------------------------------------------


def shown(page, name):
    return unescape(re.search(rf'<code id="{name}">(.*?)</code>', page, re.S)[1])


def words_of(call):
    """Read a call as a shell does, with the token filled in."""
    words = shlex.split(call.replace("\\\n", " ").replace("$TUNEBOARD_TOKEN", "TOKEN"))
    options = dict(zip(words[2::2], words[3::2], strict=True))
    headers = [v for k, v in zip(words[2::2], words[3::2], strict=True) if k == "-H"]
    return words[0], words[1], options, headers


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"preset": "quick_look"},
        {
            "strategy": "random",
            "n_trials": "7",
            "time_budget_minutes": "2",
            "exclude": ["sex"],
            "scheme": "repeated",
            "n_repeats": "2",
            "spaces": '{"random_forest": {"max_depth": [2, 4]}}',
            "algorithms": ["random_forest"],
            "seed": "5",
        },
    ],
    ids=["as it is", "preset", "changed"],
)
def test_call_that_is_shown_starts_the_run_that_the_form_starts(
    changes, editor, dataset, client
):
    client.force_login(editor.user)
    form = {
        "target": "species",
        "scoring": "accuracy",
        "algorithms": ["logistic_regression", "random_forest"],
        "strategy": "grid",
        "n_splits": "3",
        "holdout_percent": "20",
        "seed": "0",
        **changes,
    }
    page = client.post(reverse("runs:run_options", args=[dataset.pk]), form).text
    program, url, options, headers = words_of(shown(page, "call-text"))
    path = url.removeprefix("http://testserver/api/v1")

    sent = editor("POST", path, json=json.loads(shown(page, "document-shown")))
    client.post(reverse("runs:run_new", args=[dataset.pk]), form)

    assert program == "curl"
    assert url.startswith("http://testserver/api/v1/")
    assert options["--data"] == "@run.json"
    assert headers == ["Authorization: Bearer TOKEN", "Content-Type: application/json"]
    assert sent.status_code == 201, sent.json()
    by_call, by_form = Run.objects.order_by("pk")
    assert specification_of(by_call, dataset) == specification_of(by_form, dataset)
    assert by_call.n_planned == by_form.n_planned
