"""What addresses of the matrix point at, and who asks for it."""

from dataclasses import dataclass, field
from typing import Any, Self

from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.test import Client

from models_app.enums import ArtifactKind, PredictionState
from models_app.models import Artifact, ModelMeta, Prediction
from runs.configuration import configure
from runs.enums import Role
from runs.models import ReadingPreview, SavedPreset, TargetProfile
from runs.services import preflights
from runs.services.tokens import create_token
from tests.factories import TrialFactory, UserFactory, add_member

ROLES = ("anonymous", "stranger", "viewer", "editor", "owner", "administrator")
MEMBERS = {"viewer": Role.VIEWER, "editor": Role.EDITOR, "owner": Role.OWNER}


@dataclass
class Person:
    """Somebody with a session, as in a browser, and a token, as in a program."""

    user: User | None = None
    cookies: dict[str, str] = field(default_factory=dict)
    secret: str = ""
    # One for all requests: to make one is to load every middleware.
    browser: Client = field(
        default_factory=lambda: Client(raise_request_exception=False)
    )

    @classmethod
    def signed_in(cls, user: User) -> Self:
        client = Client()
        client.force_login(user)
        cookies = {name: morsel.value for name, morsel in client.cookies.items()}
        return cls(user, cookies, create_token(user=user, name="a script")[1])

    def client(self, *, session: bool = True) -> Client:
        """Return their browser, as it is before it has done anything."""
        self.browser.cookies.clear()
        if session:
            self.browser.cookies.load(self.cookies)
        return self.browser

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"} if self.secret else {}


@dataclass
class World:
    people: dict[str, Person]
    values: dict[str, Any]  # of the parameters of addresses

    @classmethod
    def around(cls, model: ModelMeta) -> Self:
        """Make all that belongs to the project of a model."""
        run, dataset, project = model.run, model.run.dataset, model.run.project
        people = {"anonymous": Person()}
        for role in ROLES[1:]:
            user = UserFactory(username=role, is_superuser=role == "administrator")
            if user.is_superuser:
                user.is_staff = True
                user.save()
            if role in MEMBERS:
                add_member(project, user, MEMBERS[role])
            people[role] = Person.signed_in(user)
        another = UserFactory(username="another")
        add_member(project, another, Role.VIEWER)
        editor, owner = people["editor"].user, people["owner"].user

        dataset.source.save("penguins.csv", ContentFile(b"a,b\n1,2\n"))
        trials = run.trials.order_by("number")
        number = trials[0].number
        for more in (1, 2):
            TrialFactory(run=run, number=number + more)
        skops = Artifact(model=model, kind=ArtifactKind.SKOPS)
        skops.file.save("model.skops", ContentFile(b"a file"))
        prediction = Prediction(
            model=model,
            filename="rows.csv",
            state=PredictionState.READY,
            n_rows=1,
            n_rows_done=1,
            created_by=editor,
        )
        prediction.source.save("rows.csv", ContentFile(b"weight\n1\n"), save=False)
        prediction.output.save("answers.csv", ContentFile(b"weight\n1\n"))
        preset = SavedPreset.objects.create(
            project=project, name="Ours", specification={}, created_by=editor
        )
        profile = TargetProfile.objects.create(dataset=dataset, target=run.target)
        preview = ReadingPreview.objects.create(dataset=dataset, key="0" * 64)
        wish = configure(dataset, target=run.target, algorithms=["decision_tree"])
        preflight = preflights.ask(dataset, wish)
        values = {
            "project_id": project.pk,
            "dataset_id": dataset.pk,
            "run_id": run.pk,
            "number": number,
            "model_id": model.pk,
            "prediction_id": prediction.pk,
            "preset_id": preset.pk,
            "profile_id": profile.pk,
            "target_id": profile.pk,
            "preview_id": preview.pk,
            "preflight_id": preflight.pk,
            "token_id": owner.api_tokens.get().pk,
            "user_id": another.pk,
            "index": 0,
            "algorithm": trials[0].algorithm,
            "chart": "history",
            "name": "penguins",
            "kind": "metrics",
            "page": "runs",
            "uid": "MQ",
            "token": "invented",
        }
        return cls(people, values)
