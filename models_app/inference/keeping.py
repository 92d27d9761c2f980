"""The models an inference server has in memory."""

from collections import OrderedDict
from typing import Any

from models_app import artifacts
from models_app.inference.loaded import Loaded
from models_app.models import ModelMeta

MAX_MODELS = 4
# Of their files; trees take some ten times that in memory, as they are joined for quick
# answers included.
MAX_FILE_BYTES = 300 * 1024**2


class GoneError(Exception):
    """There is no such model any more."""


class Shelf:
    """The models used last, by the names of their files."""

    def __init__(self) -> None:
        self._models: OrderedDict[str, Loaded] = OrderedDict()

    def get(self, model_id: int, file: str) -> Loaded:
        """Return a model, read first if it is not there.

        Only what the database names is read: a file of its row, checked by its digest.
        """
        found = self._models.get(file)
        if found is not None:
            self._models.move_to_end(file)
            return found
        model = (
            ModelMeta.objects.select_related("run__dataset").filter(pk=model_id).first()
        )
        if model is None or artifacts.pipeline_artifact(model).file.name != file:
            raise GoneError(
                "This model was deleted or fitted again: load the page anew."
            )
        self._make_room(model.size_bytes or 0)
        bundle: Any = artifacts.load_bundle(model)
        found = Loaded(bundle, model=model)
        self._models[file] = found
        return found

    def _make_room(self, n_bytes: int) -> None:
        while self._models and (
            len(self._models) >= MAX_MODELS
            or n_bytes + sum(m.size_bytes for m in self._models.values())
            > MAX_FILE_BYTES
        ):
            self._models.popitem(last=False)
