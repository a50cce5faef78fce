"""How the engine's loops are compiled: without Python's lock, without counting references, and kept on disk."""

import sys
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

_Function = TypeVar("_Function", bound=Callable[..., Any])

Number = Any
"""A number, of whichever width, in compiled code."""

_njit: Any = numba.njit

_FILES = "columns compiled geometry kernels lanes people scan shares sieves slices tables walk".split()
"""What compiled code is made of, and takes constants from."""

_FUSED = {"contract", "nsz", "arcp"}
"""Freedoms of single precision: to multiply and add at once, to divide by multiplying, to forget the sign of zero.
Infinity and NaN keep their meaning."""


def _compiled(**options: Any) -> Callable[[_Function], _Function]:
    def decorate(function: _Function) -> _Function:
        # Counting references to arrays would cost more than inner loops do; what does not allocate needs none.
        return cast("_Function", _njit(nogil=True, error_model="numpy", _nrt=False, **options)(function))

    return decorate


exactly = _compiled()
"""Operation by operation as written, so that a result is the same to the last bit."""

inlined = _compiled(forceinline=True)
"""As ``exactly``; for what is called in an inner loop, where handing over arrays would cost."""

fast = _compiled(forceinline=True, fastmath=_FUSED)
"""For single precision, whose rounding the caller allows for."""


def kept(function: _Function) -> _Function:
    """As ``exactly``, and kept for later processes: for what Python calls.

    numba asks whether the function's own file has changed, and not the files of what it calls; here those count as
    well."""
    dispatcher = _njit(nogil=True, error_model="numpy", _nrt=False, cache=True)(function)
    files = [Path(__file__).with_name(f"{name}.py") for name in _FILES]
    stamp = blake2b(b"".join(file.read_bytes() for file in files)).hexdigest()
    dispatcher._cache._cache_file._source_stamp = (sys.version, stamp)  # noqa: SLF001  there is no public way
    return cast("_Function", dispatcher)
