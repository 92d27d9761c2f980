from django.apps import AppConfig


class RunsConfig(AppConfig):
    name = "runs"
    verbose_name = "Runs"

    def ready(self) -> None:
        from runs import files, receivers  # noqa: F401, PLC0415

        files.connect(self.get_models())
        files.connect_folds(self.get_model("Dataset"))
