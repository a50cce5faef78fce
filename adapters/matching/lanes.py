"""Thirty-two people at once, for compiled code: numbers side by side, and what holds of whom as bits.

Compilers look at many people with one instruction only where a loop is plain enough for them to see that they may, and
nothing says when they stop doing so. Here it is said: these are vectors of LLVM, which every processor has in some
width.
``at`` is where in an array the thirty-two begin; bits are numbers whose lowest is the first person's."""

from collections.abc import Callable
from inspect import Parameter, Signature
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic, models, register_model

from adapters.matching.columns import Array
from adapters.matching.compiled import Number, inlined
from adapters.matching.slices import LANES

LAST = np.uint64(LANES - 1)
"""Where they end. That it is looked up costs nothing, and is what finds mistakes where bounds are checked."""

ALL = np.uint64((1 << LANES) - 1)
"""The bits of everybody."""

Lanes = Any
"""Thirty-two numbers."""

_FUSED = ("contract",)
"""Single precision may multiply and add at once."""


class _Lanes(types.Type):
    """Thirty-two numbers of one type, in compiled code."""

    def __init__(self, element: Any) -> None:
        self.element = element
        super().__init__(f"lanes({element})")


@register_model(_Lanes)
class _Model(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: _Lanes) -> None:
        super().__init__(  # type: ignore[no-untyped-call]
            manager, kind, ir.VectorType(manager.lookup(kind.element).get_data_type(), LANES)
        )


class _Emitter:
    """Writes the instructions of one operation. The numbers it works on are of the type of the first argument."""

    def __init__(self, context: Any, builder: Any, kinds: tuple[Any, ...], values: tuple[Any, ...]) -> None:
        self.context, self.builder = context, builder
        self._kinds, self._values = kinds, values
        first = kinds[0]
        self._element = first.dtype if isinstance(first, types.Array) else getattr(first, "element", first)
        self._vector = ir.VectorType(context.get_data_type(self._element), LANES)

    def value(self, n: int) -> Any:
        """The n-th argument."""
        return self._values[n]

    def nothing(self) -> Any:
        """Zero in every lane."""
        return self._vector(None)

    def spread(self, n: int) -> Any:
        """The n-th argument in every lane."""
        one = self._as(n, self._element)
        first = self.builder.insert_element(self._vector(ir.Undefined), one, ir.IntType(32)(0))
        return self.builder.shuffle_vector(first, first, ir.VectorType(ir.IntType(32), LANES)(None))

    def pointer(self, n: int) -> tuple[Any, int]:
        """Where the lanes begin that the n-th argument, an array, and the next one name; the bytes of one."""
        kind = self._kinds[n]
        array = self.context.make_array(kind)(self.context, self.builder, self._values[n])
        place = self.builder.gep(array.data, [self._as(n + 1, types.uint64)])
        return self.builder.bitcast(place, self._vector.as_pointer()), kind.dtype.bitwidth // 8

    def read(self, n: int) -> Any:
        """These lanes."""
        place, size = self.pointer(n)
        return self.builder.load(place, align=size)

    def marked(self, n: int) -> Any:
        """The n-th argument, which are bits, as lanes of truths."""
        return self.builder.bitcast(self._as(n, types.uint32), ir.VectorType(ir.IntType(1), LANES))

    def bits(self, truths: Any) -> Any:
        """The other way round."""
        return self.builder.zext(self.builder.bitcast(truths, ir.IntType(LANES)), ir.IntType(64))

    def _as(self, n: int, kind: Any) -> Any:
        return self.context.cast(self.builder, self._values[n], self._kinds[n], kind)


def _operation(arguments: str, result: Callable[..., Any]) -> Callable[[Callable[[_Emitter], Any]], Any]:
    """An operation of compiled code, with arguments of these names: ``result`` says by the type of the first which type
    it has, and the function writes it."""

    def decorate(write: Callable[[_Emitter], Any]) -> Any:
        def typed(_typing: Any, *kinds: Any) -> Any:
            def generate(context: Any, builder: Any, called: Any, values: Any) -> Any:
                return write(_Emitter(context, builder, called.args, values))

            return result(kinds[0])(*kinds), generate

        names = ["typing", *arguments.split()]
        typed.__name__, typed.__doc__ = write.__name__, write.__doc__
        # numba asks for their names.
        typed.__signature__ = Signature(  # type: ignore[attr-defined]
            [Parameter(name, Parameter.POSITIONAL_OR_KEYWORD) for name in names]
        )
        return intrinsic(typed)

    return decorate


def _bits(_: Any) -> Any:
    return types.uint64


def _same(lanes: Any) -> Any:
    return lanes


@_operation("array at x", _bits)
def _at_most(e: _Emitter) -> Any:
    return e.bits(e.builder.icmp_unsigned("<=", e.read(0), e.spread(2)))


@_operation("array at x", _bits)
def _at_least(e: _Emitter) -> Any:
    return e.bits(e.builder.icmp_unsigned(">=", e.read(0), e.spread(2)))


@_operation("array at other there", _bits)
def _reaches(e: _Emitter) -> Any:
    return e.bits(e.builder.icmp_unsigned(">=", e.read(0), e.read(2)))


@_operation("array at x", _bits)
def _apart(e: _Emitter) -> Any:
    return e.bits(e.builder.icmp_unsigned("==", e.builder.and_(e.read(0), e.spread(2)), e.nothing()))


@_operation("array at", lambda array: _Lanes(array.dtype))
def _read(e: _Emitter) -> Any:
    return e.read(0)


@_operation("array at lanes", lambda _: types.none)
def _write(e: _Emitter) -> Any:
    place, size = e.pointer(0)
    e.builder.store(e.value(2), place, align=size)
    return e.context.get_dummy_value()


@_operation("x", _Lanes)
def spread(e: _Emitter) -> Any:
    """A number in every lane."""
    return e.spread(0)


@_operation("lanes others", _same)
def plus(e: _Emitter) -> Any:
    """The sums of two numbers each."""
    return e.builder.fadd(e.value(0), e.value(1), flags=_FUSED)


@_operation("lanes others", _same)
def times(e: _Emitter) -> Any:
    """The products of two numbers each."""
    return e.builder.fmul(e.value(0), e.value(1), flags=_FUSED)


@_operation("lanes most", _same)
def clamped(e: _Emitter) -> Any:
    """The numbers, but no less than zero and no more than that."""
    least = e.builder.select(e.builder.fcmp_ordered(">", e.value(0), e.nothing()), e.value(0), e.nothing())
    return e.builder.select(e.builder.fcmp_ordered("<", least, e.spread(1)), least, e.spread(1))


@_operation("lanes x bits", _same)
def added(e: _Emitter) -> Any:
    """The numbers, with x more where there are bits."""
    return e.builder.fadd(e.value(0), e.builder.select(e.marked(2), e.spread(1), e.nothing()), flags=_FUSED)


@_operation("lanes bits", _same)
def where(e: _Emitter) -> Any:
    """The numbers where there are bits, and zeros."""
    return e.builder.select(e.marked(1), e.value(0), e.nothing())


@_operation("lanes x", _bits)
def above(e: _Emitter) -> Any:
    """The bits of the numbers that are greater than x."""
    return e.bits(e.builder.fcmp_ordered(">", e.value(0), e.spread(1)))


@_operation("lanes", lambda lanes: lanes.element)
def total(e: _Emitter) -> Any:
    """The sum of the numbers: of one half and the other, and so on, whatever the processor."""
    half, rest = LANES // 2, e.value(0)
    while half:
        places = ir.VectorType(ir.IntType(32), half)
        low = e.builder.shuffle_vector(rest, rest, places(list(range(half))))
        high = e.builder.shuffle_vector(rest, rest, places(list(range(half, 2 * half))))
        rest = e.builder.fadd(low, high)
        half //= 2
    return e.builder.extract_element(rest, ir.IntType(32)(0))


@inlined
def at_most(array: Array, at: Number, x: Number) -> Number:
    """The bits of the numbers that are no greater than x."""
    array[at + LAST]
    return _at_most(array, at, x)


@inlined
def at_least(array: Array, at: Number, x: Number) -> Number:
    """The bits of the numbers that are no less than x."""
    array[at + LAST]
    return _at_least(array, at, x)


@inlined
def reaches(array: Array, at: Number, other: Array, there: Number) -> Number:
    """The bits of the numbers of one array that are no less than those of the other."""
    array[at + LAST], other[there + LAST]
    return _reaches(array, at, other, there)


@inlined
def apart(array: Array, at: Number, x: Number) -> Number:
    """The bits of the masks that have nothing in common with x."""
    array[at + LAST]
    return _apart(array, at, x)


@inlined
def read(array: Array, at: Number) -> Lanes:
    """The numbers of an array."""
    array[at + LAST]
    return _read(array, at)


@inlined
def write(array: Array, at: Number, lanes: Lanes) -> None:
    """Put the numbers into an array."""
    array[at + LAST]
    _write(array, at, lanes)


@inlined
def ones(x: Number) -> Number:
    """How many bits are set (Warren, Hacker's Delight, 5-1); compilers know the pattern."""
    x = x - ((x >> np.uint64(1)) & np.uint64(0x5555555555555555))
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return (x * np.uint64(0x0101010101010101)) >> np.uint64(56)


@inlined
def lowest(bits: Number) -> Number:
    """The place of the lowest of some bits."""
    return np.int64(ones((bits & (~bits + np.uint64(1))) - np.uint64(1)))


@inlined
def within(at: Number, first: Number, last: Number) -> Number:
    """The bits of those from ``first`` up to ``last``, of whom some are here."""
    bits = ALL
    if at < first:
        bits = (bits << np.uint64(first - at)) & ALL
    if at + LANES > last:
        bits &= ALL >> np.uint64(at + LANES - last)
    return bits
