from django.apps import AppConfig


class ModelsAppConfig(AppConfig):
    name = "models_app"
    verbose_name = "Models"

    def ready(self) -> None:
        from models_app import receivers  # noqa: F401, PLC0415
        from runs import files  # noqa: PLC0415

        files.connect(self.get_models())
