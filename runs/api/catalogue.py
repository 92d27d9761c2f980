"""What a configuration can name: algorithms with their spaces, and presets."""

from typing import Any

from django.urls import reverse
from ninja import Field, Query, Router, Schema

from runs.access import project_for
from runs.api.responses import MAX_ID, answers
from runs.api.security import ApiRequest
from runs.search.algorithms import ALGORITHMS, Algorithm
from runs.search.presets import PRESETS
from runs.search.spaces import space_to_json

router = Router(tags=["Catalogue"])


class AlgorithmOut(Schema):
    name: str
    title: str
    description: str
    aliases: list[str]
    tasks: list[str]
    cost: str = Field(description="What to know of its time and memory.")
    spaces: dict[str, dict[str, Any]] = Field(
        description="By task, the space that a sampled search draws from."
    )
    grids: dict[str, dict[str, Any]] = Field(
        description="By task, the values that a grid search combines."
    )


class AlgorithmList(Schema):
    items: list[AlgorithmOut]


class PresetOut(Schema):
    name: str
    title: str
    description: str
    costs: str
    project: int | None = Field(description="The project that has saved it.")
    id: int | None = Field(description="Of a saved one.")
    url: str | None = Field(description="Of a saved one: to look at and change it.")
    specification: dict[str, Any] | None = Field(
        description="What a saved one says; the product’s own depend on the table."
    )


class PresetList(Schema):
    items: list[PresetOut]


class PresetQuery(Schema):
    project: int | None = Field(
        None, ge=1, le=MAX_ID, description="With those that this project has saved."
    )


def algorithm_out(algorithm: Algorithm) -> AlgorithmOut:
    tasks = sorted(algorithm.tasks)
    return AlgorithmOut(
        name=algorithm.name,
        title=algorithm.title,
        description=algorithm.description,
        aliases=list(algorithm.aliases),
        tasks=[task.value for task in tasks],
        cost=algorithm.cost.note,
        spaces={task.value: space_to_json(algorithm.space(task)) for task in tasks},
        grids={task.value: space_to_json(algorithm.grid(task)) for task in tasks},
    )


@router.get("/algorithms", **answers(200, AlgorithmList))
def list_algorithms(request: ApiRequest) -> AlgorithmList:
    """Return the algorithms with the spaces they have by themselves."""
    offered = [algorithm for algorithm in ALGORITHMS.values() if algorithm.offered]
    return AlgorithmList(items=[algorithm_out(algorithm) for algorithm in offered])


@router.get("/presets", **answers(200, PresetList, 404, 422))
def list_presets(request: ApiRequest, query: Query[PresetQuery]) -> PresetList:
    """Return the presets that the key `preset` of a configuration can name."""
    items = [
        PresetOut(
            name=preset.name,
            title=preset.title,
            description=preset.description,
            costs=preset.costs,
            project=None,
            id=None,
            url=None,
            specification=None,
        )
        for preset in PRESETS.values()
    ]
    if query.project is not None:
        project = project_for(request.user, query.project)
        items += [
            PresetOut(
                name=saved.name,
                title=saved.name,
                description=saved.description,
                costs="",
                project=project.pk,
                id=saved.pk,
                url=reverse("api:get_preset", args=[saved.pk]),
                specification=saved.specification,
            )
            for saved in project.saved_presets.all()
        ]
    return PresetList(items=items)
