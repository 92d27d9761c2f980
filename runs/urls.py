"""Pages of projects, datasets and runs."""

from django.urls import path

from runs.views import (
    analysis,
    auditing,
    configure,
    documents,
    preflights,
    presets,
    projects,
    runs,
    schemas,
    steering,
    tokens,
    trials,
    uploads,
    watching,
    workers,
)
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
    path(f"{project}audit/", auditing.index, name="audit"),
    path(f"{project}audit.csv", auditing.as_csv, name="audit_csv"),
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
    path(f"{dataset}table.parquet", trials.dataset_table, name="dataset_table"),
    path(f"{dataset}delete/", pages.delete, name="dataset_delete"),
    path(f"{dataset}runs/new/", runs.create, name="run_new"),
    path(f"{dataset}runs/options/", runs.options, name="run_options"),
    path(f"{dataset}preflight/", preflights.ask, name="preflight"),
    path(
        f"{dataset}preflight/<int:preflight_id>/",
        preflights.look,
        name="preflight_look",
    ),
    path(f"{dataset}runs/reset/", presets.reset, name="preset_reset"),
    path(f"{dataset}runs/preset/", presets.save, name="preset_save"),
    path("presets/<int:preset_id>/edit/", presets.edit, name="preset_edit"),
    path("presets/<int:preset_id>/delete/", presets.delete, name="preset_delete"),
    path(f"{dataset}runs/configuration.json", documents.download, name="form_document"),
    path(f"{dataset}runs/document/", documents.upload, name="document_upload"),
    path(f"{dataset}runs/change/", configure.change, name="run_change"),
    path("schemas/spaces.json", schemas.spaces, name="space_schema"),
    path("workers/", workers.index, name="workers"),
    path("accounts/tokens/", tokens.index, name="tokens"),
    path("accounts/tokens/<int:token_id>/revoke/", tokens.revoke, name="token_revoke"),
    path("runs/", runs.index, name="runs"),
    path(run, runs.detail, name="run"),
    path(f"{run}configuration.json", documents.of_run, name="run_document"),
    path(f"{run}trials/", trials.index, name="trials"),
    path(f"{run}trials/columns/", trials.layout, name="trials_layout"),
    path(f"{run}trials/export.<slug:kind>", trials.export, name="trials_export"),
    path(f"{run}trials/<int:number>/", trials.detail, name="trial"),
    path(f"{run}trials/<int:number>/code.py", trials.code, name="trial_code"),
    path(f"{run}compare/", trials.compare, name="compare"),
    path(f"{run}history.json", watching.history, name="run_history"),
    path(f"{run}log/", watching.log, name="run_log"),
    path(f"{run}analysis/", analysis.page, name="analysis"),
    path(f"{run}analysis/trials.json", analysis.data, name="analysis_data"),
    path(
        f"{run}analysis/readings.json", analysis.readings_json, name="analysis_readings"
    ),
    path(
        f"{run}analysis/importances/", analysis.importance, name="analysis_importance"
    ),
    path(f"{run}analysis/<slug:chart>.csv", analysis.numbers_csv, name="analysis_csv"),
    path(
        f"{run}analysis/<slug:chart>.json", analysis.numbers_json, name="analysis_json"
    ),
    path(f"{run}analysis/<slug:chart>/", analysis.numbers, name="analysis_numbers"),
    path(f"{run}pause/", runs.pause, name="run_pause"),
    path(f"{run}resume/", runs.resume, name="run_resume"),
    path(f"{run}stop/", runs.stop, name="run_stop"),
    path(f"{run}delete/", runs.delete, name="run_delete"),
    path(
        f"{run}steer/trials/<int:number>/stop/", steering.stop_trial, name="steer_trial"
    ),
    path(
        f"{run}steer/algorithms/<slug:algorithm>/switch/",
        steering.switch,
        name="steer_switch",
    ),
    path(
        f"{run}steer/algorithms/<slug:algorithm>/ranges/",
        steering.space,
        name="steer_space",
    ),
    path(f"{run}steer/add/", steering.add, name="steer_add"),
    path(f"{run}steer/budget/", steering.budget, name="steer_budget"),
    path(f"{run}steer/budget/extend/", steering.extend, name="steer_extend"),
    path(f"{run}steer/parallelism/", steering.parallelism, name="steer_parallelism"),
]
