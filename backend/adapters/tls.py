"""TLS of the servers that we connect to: says which certificate authorities are trusted, and when they are read.

Reading the authorities of the system takes longer than a request (30 to 60 ms for each client), and a server in one's
own network does not need them.
"""

import os
import ssl
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

from backend.errors import SettingsError
from backend.settings import own_authorities

MakeContext = Callable[[], ssl.SSLContext]


def client_context(make: MakeContext) -> ssl.SSLContext:
    """What a client is given as its context. Raises SettingsError if the environment names authorities that cannot be
    read.

    make: the client's own way to make one
    """
    own = own_authorities()
    if own is None:
        return LateContext(make)
    name, path = own
    try:
        if name == "SSL_CERT_DIR":
            os.listdir(path)  # OpenSSL takes any name of a folder
        return make()
    except OSError:
        raise SettingsError(
            f"No certificates can be read for {name}={path}: correct it in the environment, or leave it out."
        ) from None


class LateContext(ssl.SSLContext):
    """A context that is made when the first connection needs one. Until then it trusts nobody."""

    def __new__(cls, _make: MakeContext) -> "LateContext":
        return super().__new__(cls, ssl.PROTOCOL_TLS_CLIENT)

    def __init__(self, make: MakeContext) -> None:
        self._make = make
        self._made: ssl.SSLContext | None = None
        self._protocols: Sequence[str] | None = None

    def set_alpn_protocols(self, alpn_protocols: Sequence[str]) -> None:  # type: ignore[override]
        self._protocols = alpn_protocols
        if self._made is not None:
            self._made.set_alpn_protocols(list(alpn_protocols))

    def wrap_bio(self, *positional: Any, **named: Any) -> ssl.SSLObject:
        return self._context().wrap_bio(*positional, **named)

    def wrap_socket(self, *positional: Any, **named: Any) -> ssl.SSLSocket:
        return self._context().wrap_socket(*positional, **named)

    def _context(self) -> ssl.SSLContext:
        if self._made is None:
            made = self._make()
            if self._protocols is not None:
                made.set_alpn_protocols(list(self._protocols))
            self._made = made
        return self._made


def make_late(module: str) -> None:
    """From now on, the contexts that `module` makes while it is imported read their authorities late."""
    sys.meta_path.insert(0, _Finder(module))


class _Finder(MetaPathFinder):
    def __init__(self, module: str) -> None:
        self._module = module

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._module:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)
        return spec


class _Loader(Loader):
    """`loader`: the module's own."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        with (
            _replaced(ssl, "create_default_context", _late),
            _replaced(ssl.SSLContext, "set_default_verify_paths", _if_verifying),
        ):
            self._loader.exec_module(module)


@contextmanager
def _replaced(owner: Any, name: str, ours: Callable[..., Any]) -> Iterator[None]:
    """In this thread, `owner` has `ours` by that name, which is first given the function that it replaces."""
    before, is_own, here = getattr(owner, name), name in vars(owner), threading.get_ident()

    def called(*positional: Any, **named: Any) -> Any:
        if threading.get_ident() != here:
            return before(*positional, **named)
        return ours(before, *positional, **named)

    setattr(owner, name, called)
    try:
        yield
    finally:
        if is_own:
            setattr(owner, name, before)
        else:
            delattr(owner, name)


def _late(at_once: Callable[..., ssl.SSLContext], *positional: Any, **named: Any) -> LateContext:
    return LateContext(partial(at_once, *positional, **named))


def _if_verifying(read: Callable[[ssl.SSLContext], None], context: ssl.SSLContext) -> None:
    """A context that trusts everybody needs no authorities."""
    if context.verify_mode != ssl.CERT_NONE:
        read(context)
