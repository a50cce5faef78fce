"""Loops over arrays: compiled where numba is installed, and the same Python, only slower, where it is not."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

_Function = TypeVar("_Function", bound=Callable[..., Any])

try:
    from numba import njit
except ImportError:
    COMPILED = False

    def jit(function: _Function) -> _Function:
        """The function as it is."""
        return function

else:
    COMPILED = True

    def jit(function: _Function) -> _Function:
        """The function compiled when it is first called; it then holds no lock and is kept for later processes."""
        return cast("_Function", njit(nogil=True, cache=True)(function))
