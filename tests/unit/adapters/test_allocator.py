"""Large blocks are given back although small ones stay behind them."""

import ctypes
import platform
import subprocess
import sys

import pytest

from backend.adapters.allocator import release_large_blocks
from tests.sizes import ROOT

PROGRAM = """
import ctypes, sys
from pathlib import Path
from backend.adapters.allocator import release_large_blocks
if sys.argv[1] == "set":
    assert release_large_blocks()
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
libc.memset.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]
libc.free(libc.malloc(8 << 20))
large = []
for _ in range(32):
    large.append(libc.malloc(1 << 20))
    libc.memset(large[-1], 1, 1 << 20)
    libc.malloc(50_000)
for block in large:
    libc.free(block)
print(Path("/proc/self/status").read_text().split("VmRSS:")[1].split()[0])
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")
def test_large_blocks_are_given_back() -> None:
    kilobytes = {which: _run(which) for which in ("set", "unset")}
    assert kilobytes["unset"] - kilobytes["set"] > 16_000


def _run(which: str) -> int:
    argv = [sys.executable, "-c", PROGRAM, which]
    return int(subprocess.run(argv, capture_output=True, check=True, cwd=ROOT, text=True).stdout)


def test_another_c_library_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    assert not release_large_blocks()
