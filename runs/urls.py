"""Pages of projects, datasets and runs."""

from django.urls import path

from runs.views import projects, runs, schemas, uploads
from runs.views.datasets import pages, recipes, targets

app_name = "runs"

project = "projects/<int:project_id>/"
dataset = "datasets/<int:dataset_id>/"
run = "runs/<int:run_id>/"

urlpatterns = [
    path("", projects.index, name="projects"),
    path("projects/new/", projects.create, name="project_new"),
    path(project, projects.detail, name="project"),
    path(f"{project}edit/", projects.edit, name="project_edit"),
    path(f"{project}delete/", projects.delete, name="project_delete"),
    path(f"{project}members/", projects.members, name="project_members"),
    path(
        f"{project}members/<int:user_id>/", projects.member_change, name="member_change"
    ),
    path(
        f"{project}members/<int:user_id>/remove/",
        projects.member_remove,
        name="member_remove",
    ),
    path("samples/<slug:name>/", uploads.add_sample_anywhere, name="sample_start"),
    path(f"{project}samples/<slug:name>/", uploads.add_sample, name="sample_add"),
    path(f"{project}upload/", uploads.upload, name="dataset_upload"),
    path(f"{project}paste/", uploads.paste, name="dataset_paste"),
    path(dataset, pages.detail, name="dataset"),
    path(f"{dataset}columns/<int:index>/", pages.column, name="column"),
    path(f"{dataset}kinds/", recipes.change_kinds, name="kinds_change"),
    path(f"{dataset}reading/", recipes.read_again, name="read_again"),
    path(f"{dataset}reading/try/", recipes.try_reading, name="reading_try"),
    path(
        f"{dataset}reading/try/<int:preview_id>/",
        recipes.tried_reading,
        name="reading_tried",
    ),
    path(f"{dataset}advice/accept/", recipes.accept, name="advice_accept"),
    path(f"{dataset}advice/undo/", recipes.undo, name="advice_undo"),
    path(f"{dataset}target/", targets.choose, name="target_choose"),
    path(f"{dataset}target/<int:profile_id>/", targets.look, name="target_look"),
    path(f"{dataset}delete/", pages.delete, name="dataset_delete"),
    path(f"{dataset}runs/new/", runs.create, name="run_new"),
    path(f"{dataset}runs/options/", runs.options, name="run_options"),
    path("schemas/spaces.json", schemas.spaces, name="space_schema"),
    path("runs/", runs.index, name="runs"),
    path(run, runs.detail, name="run"),
    path(f"{run}trials/", runs.trials, name="trials"),
    path(f"{run}trials/<int:number>/", runs.trial, name="trial"),
    path(f"{run}history.json", runs.history, name="run_history"),
    path(f"{run}pause/", runs.pause, name="run_pause"),
    path(f"{run}resume/", runs.resume, name="run_resume"),
    path(f"{run}stop/", runs.stop, name="run_stop"),
    path(f"{run}delete/", runs.delete, name="run_delete"),
]
