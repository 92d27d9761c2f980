"""Pages of projects, datasets and runs."""

from django.urls import include, path

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


# A group whose beginning does not fit is passed over in one step.
project = [
    path("", projects.detail, name="project"),
    path("edit/", projects.edit, name="project_edit"),
    path("delete/", projects.delete, name="project_delete"),
    path("audit/", auditing.index, name="audit"),
    path("audit.csv", auditing.as_csv, name="audit_csv"),
    path("members/", projects.members, name="project_members"),
    path("members/<int:user_id>/", projects.member_change, name="member_change"),
    path("members/<int:user_id>/remove/", projects.member_remove, name="member_remove"),
    path("samples/<slug:name>/", uploads.add_sample, name="sample_add"),
    path("upload/", uploads.upload, name="dataset_upload"),
    path("paste/", uploads.paste, name="dataset_paste"),
]
dataset = [
    path("", pages.detail, name="dataset"),
    path("columns/<int:index>/", pages.column, name="column"),
    path("kinds/", recipes.change_kinds, name="kinds_change"),
    path("reading/", recipes.read_again, name="read_again"),
    path("reading/try/", recipes.try_reading, name="reading_try"),
    path("reading/try/<int:preview_id>/", recipes.tried_reading, name="reading_tried"),
    path("advice/accept/", recipes.accept, name="advice_accept"),
    path("advice/undo/", recipes.undo, name="advice_undo"),
    path("target/", targets.choose, name="target_choose"),
    path("target/<int:profile_id>/", targets.look, name="target_look"),
    path("table.parquet", trials.dataset_table, name="dataset_table"),
    path("delete/", pages.delete, name="dataset_delete"),
    path("runs/new/", runs.create, name="run_new"),
    path("runs/options/", runs.options, name="run_options"),
    path("preflight/", preflights.ask, name="preflight"),
    path("preflight/<int:preflight_id>/", preflights.look, name="preflight_look"),
    path("runs/reset/", presets.reset, name="preset_reset"),
    path("runs/preset/", presets.save, name="preset_save"),
    path("runs/configuration.json", documents.download, name="form_document"),
    path("runs/document/", documents.upload, name="document_upload"),
    path("runs/change/", configure.change, name="run_change"),
]
run = [
    path("", runs.detail, name="run"),
    path("configuration.json", documents.of_run, name="run_document"),
    path("trials/", trials.index, name="trials"),
    path("trials/columns/", trials.layout, name="trials_layout"),
    path("trials/export.<slug:kind>", trials.export, name="trials_export"),
    path("trials/<int:number>/", trials.detail, name="trial"),
    path("trials/<int:number>/code.py", trials.code, name="trial_code"),
    path("compare/", trials.compare, name="compare"),
    path("history.json", watching.history, name="run_history"),
    path("log/", watching.log, name="run_log"),
    path("analysis/", analysis.page, name="analysis"),
    path("analysis/trials.json", analysis.data, name="analysis_data"),
    path("analysis/readings.json", analysis.readings_json, name="analysis_readings"),
    path("analysis/importances/", analysis.importance, name="analysis_importance"),
    path("analysis/<slug:chart>.csv", analysis.numbers_csv, name="analysis_csv"),
    path("analysis/<slug:chart>.json", analysis.numbers_json, name="analysis_json"),
    path("analysis/<slug:chart>/", analysis.numbers, name="analysis_numbers"),
    path("pause/", runs.pause, name="run_pause"),
    path("resume/", runs.resume, name="run_resume"),
    path("stop/", runs.stop, name="run_stop"),
    path("delete/", runs.delete, name="run_delete"),
    path("steer/trials/<int:number>/stop/", steering.stop_trial, name="steer_trial"),
    path(
        "steer/algorithms/<slug:algorithm>/switch/",
        steering.switch,
        name="steer_switch",
    ),
    path(
        "steer/algorithms/<slug:algorithm>/ranges/", steering.space, name="steer_space"
    ),
    path("steer/add/", steering.add, name="steer_add"),
    path("steer/budget/", steering.budget, name="steer_budget"),
    path("steer/budget/extend/", steering.extend, name="steer_extend"),
    path("steer/parallelism/", steering.parallelism, name="steer_parallelism"),
]
urlpatterns = [
    path("projects/<int:project_id>/", include(project)),
    path("datasets/<int:dataset_id>/", include(dataset)),
    path("runs/<int:run_id>/", include(run)),
    path("", projects.index, name="projects"),
    path("projects/new/", projects.create, name="project_new"),
    path("samples/<slug:name>/", uploads.add_sample_anywhere, name="sample_start"),
    path("presets/<int:preset_id>/edit/", presets.edit, name="preset_edit"),
    path("presets/<int:preset_id>/delete/", presets.delete, name="preset_delete"),
    path("schemas/spaces.json", schemas.spaces, name="space_schema"),
    path("workers/", workers.index, name="workers"),
    path("accounts/tokens/", tokens.index, name="tokens"),
    path("accounts/tokens/<int:token_id>/revoke/", tokens.revoke, name="token_revoke"),
    path("runs/", runs.index, name="runs"),
]
