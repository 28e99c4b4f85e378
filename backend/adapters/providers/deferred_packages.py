"""Deferred packages: a large package is imported without what it collects from its modules, until somebody asks for it.

`import openai` imports the types of all its endpoints, which asking does not need: most of its 500 modules.
"""

import sys
import threading
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any


def defer(package: str) -> None:
    """From now on, `package` and the packages below it are imported without their contents; their modules are not."""
    sys.meta_path.insert(0, _DeferredFinder(package))


class _DeferredFinder(MetaPathFinder):
    def __init__(self, package: str) -> None:
        self._package = package

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._package and not fullname.startswith(f"{self._package}."):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None and spec.submodule_search_locations is not None:
            spec.loader = _DeferredLoader(spec.loader)
        return spec


class _DeferredLoader(Loader):
    """`loader`: the package's own, which is used at the first look for a name."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader
        self._filling = threading.local()

    def exec_module(self, module: ModuleType) -> None:
        def of_package(name: str) -> Any:
            # Without a lock: two threads may both fill the package, with the same names. While it is filled, its own
            # modules may look for names that are not there yet, as they may in a package that is being imported.
            if (name.startswith("__") and name != "__all__") or getattr(self._filling, "now", False):
                raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
            self._fill(module)
            return getattr(module, name)

        vars(module)["__getattr__"] = of_package

    def _fill(self, module: ModuleType) -> None:
        self._filling.now = True
        try:
            self._loader.exec_module(module)
        finally:
            self._filling.now = False
        vars(module).pop("__getattr__", None)
