"""Reads what Stripe is sent: ``items[0][price]=x`` and its like, as nested objects and lists."""

from collections.abc import Iterable
from typing import Any


def decoded(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The pairs of a form or a query as one nested object; every leaf is a string."""
    tree: dict[str, Any] = {}
    for name, value in pairs:
        head, _, rest = name.partition("[")
        keys = [head, *(part.rstrip("]") for part in rest.split("["))] if rest else [head]
        node = tree
        for key in keys[:-1]:
            node = node.setdefault(key, {})
        last = keys[-1] or str(len(node))  # ``expand[]=x`` appends
        node[last] = value
    return {key: _listed(value) for key, value in tree.items()}


def _listed(value: Any) -> Any:
    """Objects whose keys are 0, 1, 2 … are lists."""
    if not isinstance(value, dict):
        return value
    read = {key: _listed(part) for key, part in value.items()}
    if read and all(key.isdigit() for key in read):
        return [read[key] for key in sorted(read, key=int)]
    return read
