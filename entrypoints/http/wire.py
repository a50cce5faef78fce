"""Every rule of JSON at the API's edge.

Nothing is coerced (``"false"`` is no boolean, ``1.0`` no whole number), unknown keys are refused, ``null`` is accepted
only where the type says so, and all problems of a body are reported at once. Bounds are written once, as
``Annotated[..., msgspec.Meta(...)]``: the hooks here enforce them and OpenAPI shows them.
"""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from enum import Enum
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints
from uuid import UUID

import attrs
import cattrs
import orjson
from cattrs.cols import (
    is_frozenset,
    is_mapping,
    mapping_unstructure_factory,
)
from cattrs.gen import make_dict_structure_fn
from msgspec import Meta
from multidict import MultiMapping

from saltbitter_domain.kernel import FieldProblem, Invalid, Malformed

MAX_PROBLEMS = 50
MAX_PATH = 100

_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)
_WHOLE = re.compile(r"-?[0-9]{1,18}")

T = TypeVar("T")
Hook = Callable[[Any, Any], Any]


class JsonMalformed(Malformed):
    """The body is not JSON (RFC 8259) in UTF-8."""

    code = "json_malformed"


class RequestInvalid(Invalid):
    """The request was read, and ``fields`` says what is wrong where."""

    code = "request_invalid"


class Fault(ValueError):
    """One value that does not fit its type or bounds."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def read_body(body: bytes, into: type[T]) -> T:
    """The body as a value of ``into``. Of a key given twice the last value counts.

    Raises ``JsonMalformed`` when it is not JSON, ``RequestInvalid`` naming every field that does not fit."""
    try:
        # orjson refuses invalid UTF-8, unpaired surrogates, NaN, infinities and nesting deeper than 1024 by itself.
        raw = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise JsonMalformed(f"The body is not valid JSON at line {error.lineno}, column {error.colno}.") from None
    return _fit(raw, into)


def read_query(query: MultiMapping[str], into: type[T]) -> T:
    """The query string as a value of ``into``, an attrs class of texts and numbers. Raises ``RequestInvalid``."""
    types = get_type_hints(into)
    problems = []
    raw: dict[str, object] = {}
    for name in dict.fromkeys(query):
        values = query.getall(name)
        if len(values) > 1:
            problems.append(_problem(name, "repeated", "Give this parameter once."))
        wants_number = int in (types.get(name), *get_args(types.get(name)))
        raw[name] = int(values[0]) if wants_number and _WHOLE.fullmatch(values[0]) else values[0]
    if problems:
        raise _invalid(problems)
    return _fit(raw, into)


def read_text(text: str, into: type[T]) -> T | None:
    """A part of the path as a value of ``into`` (a UUID, an enum or text), or None when it is not one."""
    try:
        return _converter.structure(text, into)
    except (Fault, cattrs.BaseValidationError):
        return None


def written(value: object, as_type: Any) -> bytes:
    """``value`` in JSON, showing exactly the fields of the declared type: instants in UTC with ``Z``, sets sorted."""
    return orjson.dumps(_converter.unstructure(value, as_type), option=orjson.OPT_UTC_Z)


def prepare(type_: Any) -> None:
    """Make the hooks of a type now, so that one nobody can read fails at the start and not at the first request."""
    _converter.get_structure_hook(type_)


def _fit(raw: object, into: type[T]) -> T:
    try:
        return _converter.structure(raw, into)
    except (Fault, cattrs.BaseValidationError) as error:
        raise _invalid(_problems(error, "")) from None


def _invalid(problems: Iterable[FieldProblem]) -> RequestInvalid:
    fields = tuple(problem for problem, _ in zip(problems, range(MAX_PROBLEMS), strict=False))
    return RequestInvalid("Some fields do not fit; each is named below with what it needs.", fields=fields)


def _problem(path: str, code: str, message: str) -> FieldProblem:
    return FieldProblem(path[:MAX_PATH], code, message)


def _problems(error: Exception, path: str) -> Iterator[FieldProblem]:
    """What went wrong where, from the tree of exceptions that cattrs raises."""
    if isinstance(error, cattrs.ForbiddenExtraKeysError):
        for key in sorted(error.extra_fields):
            yield _problem(_join(path, key), "unknown_field", "There is no such field here.")
    elif isinstance(error, cattrs.BaseValidationError):
        for inner in error.exceptions:
            yield from _problems(inner, _join(path, _place(inner)))
            # It leads to cattrs' frame, whose list of problems has it: a circle that only the collector would free.
            inner.__traceback__ = None
    elif isinstance(error, KeyError):
        yield _problem(path, "missing", "This field is required.")
    elif isinstance(error, ValueError):
        # A frozen class of the domain refuses a combination of fields with a sentence of its own.
        yield _problem(path, getattr(error, "code", "invalid"), str(error))
    else:
        raise error


def _place(error: BaseException) -> str:
    for note in reversed(getattr(error, "__notes__", ())):
        if isinstance(note, cattrs.AttributeValidationNote):
            return note.name
        if isinstance(note, cattrs.IterableValidationNote):
            return str(note.index)
    return ""


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path and name else path or name


def _text(value: object, type_: Any = str) -> Any:
    if type_ is not str:  # cattrs asks the hook of ``str`` for every StrEnum too
        return _choice(value, type_)
    if type(value) is not str:
        raise Fault("not_text", "Give a text in double quotes.")
    if "\0" in value:
        raise Fault("nul_character", "A text cannot contain the NUL character.")
    return value


def _whole_number(value: object, _: object = None) -> int:
    if type(value) is not int:
        raise Fault("not_whole_number", "Give a whole number, without quotes.")
    return value


def _number(value: object, _: object = None) -> float:
    if type(value) is float and math.isfinite(value):
        return value
    if type(value) is int:
        return float(value)
    raise Fault("not_number", "Give a number, without quotes.")


def _boolean(value: object, _: object = None) -> bool:
    if type(value) is not bool:
        raise Fault("not_boolean", "Give true or false, without quotes.")
    return value


def _date(value: object, _: object = None) -> date:
    if type(value) is str and _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise Fault("not_date", "Give a date that exists, as YYYY-MM-DD.")


def _instant(value: object, _: object = None) -> datetime:
    if type(value) is str and _INSTANT.fullmatch(value):
        try:
            return datetime.fromisoformat(value).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise Fault("not_instant", "Give an instant with its offset (RFC 3339), such as 2026-05-01T06:00:00Z.")


def _uuid(value: object, _: object = None) -> UUID:
    if type(value) is str and _UUID.fullmatch(value):
        return UUID(value)
    raise Fault("not_uuid", "Give a UUID in its form with hyphens.")


def _choice(value: object, type_: type[Enum]) -> Enum:
    if type(value) is str:
        for member in type_:
            if member.value == value:
                return member
    raise Fault("not_a_choice", f"Give one of: {', '.join(str(member.value) for member in type_)}.")


def _each(into: Any, read: Callable[[Any], T], places: Iterable[tuple[object, Any]]) -> list[T]:
    """Every value as what ``read`` makes of it. Of those that do not fit no more are told of than of a whole body: to
    say what is wrong with half a million takes a minute, in which nobody else is answered."""
    values: list[T] = []
    wrong: list[Exception] = []
    for place, value in places:
        try:
            values.append(read(value))
        except (ValueError, cattrs.BaseValidationError) as error:
            error.add_note(cattrs.IterableValidationNote(f"at {place}", place, into))  # type: ignore[arg-type]
            wrong.append(error)
            if len(wrong) == MAX_PROBLEMS:
                break
    if wrong:
        raise cattrs.IterableValidationError("items do not fit", wrong, into)
    return values


def _mapping(type_: Any, converter: cattrs.Converter) -> Hook:
    key_type, value_type = get_args(type_)
    key_of, value_of = converter.get_structure_hook(key_type), converter.get_structure_hook(value_type)

    def pair(given: tuple[str, object]) -> tuple[Any, Any]:
        return key_of(given[0], key_type), value_of(given[1], value_type)

    def structure(value: object, _: object = None) -> Any:
        if type(value) is not dict:
            raise Fault("not_object", "Give an object in braces.")
        return dict(_each(type_, pair, ((key, (key, each)) for key, each in value.items())))

    return structure


def _object(type_: Any, converter: cattrs.Converter) -> Hook:
    inner: Hook = make_dict_structure_fn(type_, converter, _cattrs_forbid_extra_keys=True)

    def structure(value: object, _: object = None) -> Any:
        if type(value) is not dict:
            raise Fault("not_object", "Give an object in braces.")
        return inner(value, type_)

    return structure


def _array(type_: Any, converter: cattrs.Converter) -> Hook:
    item_type, as_set = get_args(type_)[0], is_frozenset(type_)
    item_of = converter.get_structure_hook(item_type)

    def item(given: object) -> Any:
        return item_of(given, item_type)

    def structure(value: object, _: object = None) -> Any:
        if type(value) is not list:
            raise Fault("not_array", "Give an array in brackets.")
        items = _each(type_, item, enumerate(value))
        if not as_set:
            return tuple(items)
        unique = frozenset(items)
        if len(unique) < len(items):
            raise Fault("duplicates", "Give each item once.")
        return unique

    return structure


def _bounded(type_: Any, converter: cattrs.Converter) -> Hook:
    base, *notes = get_args(type_)
    inner = converter.get_structure_hook(base)
    checks = [check for note in notes if isinstance(note, Meta) for check in _checks(note)]

    def structure(value: object, _: object = None) -> Any:
        result = inner(value, base)
        for fits, code, message in checks:
            if not fits(result):
                raise Fault(code, message)
        return result

    return structure


def _checks(meta: Meta) -> Iterator[tuple[Callable[[Any], bool], str, str]]:
    """The tests a ``Meta`` asks for, each with the code and the sentence of its refusal."""
    if meta.multiple_of is not None or meta.tz is not None:
        raise TypeError("multiple_of and tz are not enforced here")
    if (ge := meta.ge) is not None:
        yield lambda value: value >= ge, "too_small", f"Give at least {ge}."
    if (gt := meta.gt) is not None:
        yield lambda value: value > gt, "too_small", f"Give more than {gt}."
    if (le := meta.le) is not None:
        yield lambda value: value <= le, "too_large", f"Give at most {le}."
    if (lt := meta.lt) is not None:
        yield lambda value: value < lt, "too_large", f"Give less than {lt}."
    if (shortest := meta.min_length) is not None:
        yield lambda value: len(value) >= shortest, "too_short", f"Give at least {shortest}, in characters or items."
    if (longest := meta.max_length) is not None:
        yield lambda value: len(value) <= longest, "too_long", f"Give at most {longest}, in characters or items."
    if (pattern := meta.pattern) is not None:
        matches = re.compile(pattern, re.ASCII).search
        yield lambda value: matches(value) is not None, "wrong_form", f"Give a text of the form {pattern}."


def _is_array(type_: Any) -> bool:
    args = get_args(type_)
    is_tuple = get_origin(type_) is tuple and len(args) == 2 and args[1] is Ellipsis
    return is_tuple or get_origin(type_) is Sequence or is_frozenset(type_)


def _is_attrs(type_: Any) -> bool:
    return attrs.has(get_origin(type_) or type_)


def _is_annotated(type_: Any) -> bool:
    return get_origin(type_) is Annotated


def _is_enum(type_: Any) -> bool:
    return isinstance(type_, type) and issubclass(type_, Enum)


def _make_converter() -> cattrs.Converter:
    converter = cattrs.Converter()
    converter.register_structure_hook(str, _text)
    converter.register_structure_hook(int, _whole_number)
    converter.register_structure_hook(float, _number)
    converter.register_structure_hook(bool, _boolean)
    converter.register_structure_hook(date, _date)
    converter.register_structure_hook(datetime, _instant)
    converter.register_structure_hook(UUID, _uuid)
    converter.register_structure_hook_func(_is_enum, _choice)
    converter.register_structure_hook_factory(_is_attrs, _object)
    converter.register_structure_hook_factory(is_mapping, _mapping)
    converter.register_structure_hook_factory(_is_array, _array)
    converter.register_structure_hook_factory(_is_annotated, _bounded)
    converter.register_unstructure_hook_factory(is_frozenset, _sorted)
    converter.register_unstructure_hook_factory(is_mapping, _by_text)
    return converter


def _as_text(key: object, _: object = None) -> str:
    return str(key)


def _by_text(type_: Any, converter: cattrs.Converter) -> Callable[[Any], Any]:
    """orjson takes only plain texts as keys."""
    return mapping_unstructure_factory(type_, converter, unstructure_to=dict, key_handler=_as_text)


def _sorted(type_: Any, converter: cattrs.Converter) -> Callable[[Iterable[Any]], list[Any]]:
    item = converter.get_unstructure_hook(get_args(type_)[0])
    return lambda values: sorted(map(item, values))


_converter = _make_converter()
