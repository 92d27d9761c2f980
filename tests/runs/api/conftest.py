"""Callers of the API: by role, each with a token."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from runs.services.tokens import create_token
from tests.factories import DatasetFactory, ProjectFactory, UserFactory


@dataclass
class Caller:
    """Somebody who calls the API; without a user, nobody."""

    user: Any
    secret: str = ""

    @classmethod
    def new(cls, user=None, **token):
        user = user or UserFactory()
        return cls(user, create_token(user=user, name="test", **token)[1])

    def __call__(self, method, path, *, json=None, headers=None, **more):
        headers = dict(headers or {})
        if self.secret:
            headers["Authorization"] = f"Bearer {self.secret}"
        if json is not None:
            more |= {"data": json, "content_type": "application/json"}
        send = getattr(Client(), method.lower())
        return send(f"/api/v1{path}", headers=headers, **more)


@pytest.fixture(autouse=True)
def fresh_counts():
    cache.clear()


@pytest.fixture
def editor(db):
    return Caller.new()


@pytest.fixture
def viewer(db):
    return Caller.new()


@pytest.fixture
def stranger(db):
    return Caller.new()


@pytest.fixture
def nobody(db):
    return Caller(None)


@pytest.fixture
def project(editor, viewer):
    return ProjectFactory(editor=editor.user, viewer=viewer.user)


@pytest.fixture
def dataset(project):
    return DatasetFactory(project=project)
