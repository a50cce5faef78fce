"""What is kept as a JSON document: written and read by cattrs, strictly typed by the classes of the domain."""

from typing import Any, TypeVar
from uuid import UUID

from cattrs.preconf.orjson import make_converter

T = TypeVar("T")

_converter = make_converter()
_converter.register_unstructure_hook(UUID, str)
_converter.register_structure_hook(UUID, lambda text, _: UUID(text))


def written(value: object, as_type: Any | None = None) -> Any:
    """The value as what JSON can hold."""
    return _converter.unstructure(value, unstructure_as=as_type)


def read(document: Any, as_type: type[T]) -> T:
    """The value that was written as ``document``."""
    return _converter.structure(document, as_type)


def record(document: dict[str, Any], **types: type[Any]) -> dict[str, Any]:
    """A row that came as a document, with these fields of it as the types that a column would have given."""
    return {**document, **{name: read(document[name], as_type) for name, as_type in types.items()}}
