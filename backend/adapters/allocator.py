"""Allocator: sets how the C library manages memory, for a process that runs for days.

The GNU C library learns from the first large block that is freed: after that, it takes blocks of up to that size from
its heap. Small blocks stay in the heap behind the large ones, so the heap is not given back to the system. A worker
reads pages and sends imports of some megabytes, so it would keep 20 MB until it ends. Other C libraries do not have
this setting.
"""

import ctypes

MMAP_THRESHOLD, TRIM_THRESHOLD = -3, -1
"""As in malloc.h."""
LARGE = 256 * 1024
"""Bytes of a block that is given back when it is freed."""
LEFT = 1024 * 1024
"""Bytes that may stay free at the end of the heap."""


def release_large_blocks() -> bool:
    """Whether the C library takes the setting."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and bool(mallopt(MMAP_THRESHOLD, LARGE) and mallopt(TRIM_THRESHOLD, LEFT))
