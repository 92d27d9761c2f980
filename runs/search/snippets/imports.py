"""The imports of a program, gathered while its parts are written."""

from collections import defaultdict

MODULES = ("import numpy as np", "import pandas as pd")


class Imports:
    """Names by the module they come from."""

    def __init__(self) -> None:
        self._names: dict[str, set[str]] = defaultdict(set)
        self._modules: list[str] = []

    def add(self, module: str, *names: str) -> None:
        """Note that a program needs names of a module.

        Parameters
        ----------
        module : str
            The module.
        *names : str
            What is imported from it.
        """
        self._names[module].update(names)

    def add_module(self, name: str) -> None:
        """Note that a program needs a module of Python itself.

        Parameters
        ----------
        name : str
            The module.
        """
        self._modules.append(f"import {name}")

    def text(self) -> str:
        """Write the import lines.

        Returns
        -------
        str
            Sorted as usual.
        """
        lines = [
            f"from {module} import {', '.join(sorted(names))}"
            for module, names in sorted(self._names.items())
        ]
        return "\n".join([*self._modules, *MODULES, *lines])
