"""Holds answers against the OpenAPI document: status, media type, every key, every type, nothing besides."""

from collections.abc import Mapping
from typing import Any

import attrs
import jsonschema_rs
import orjson


@attrs.frozen(eq=False)
class Contract:
    """The promises of one document. Make one and keep it: it remembers what it has read of the document."""

    document: Mapping[str, Any]
    _validators: dict[tuple[str, int, str], Any] = attrs.field(factory=dict, init=False, repr=False)

    def breach(self, operation: str, status: int, media_type: str, body: bytes) -> str | None:
        """How the answer differs from what ``METHOD /path`` promises, or None.

        Objects are closed in the document and answers give every field, so a valid body has exactly its keys."""
        method, _, path = operation.partition(" ")
        responses = self.document["paths"][path][method.lower()]["responses"]
        if str(status) not in responses:
            return f"{operation} may not answer {status}: {body[:500]!r}"
        content = responses[str(status)].get("content")
        if content is None:
            return f"{operation} answered {status} with a body" if body else None
        if media_type not in content and not any(accepts.endswith("/*") for accepts in content):
            return f"{operation} answered {status} as {media_type}"
        if "schema" not in content.get(media_type, {}):
            return None
        return self._fault(operation, status, media_type, body)

    def _fault(self, operation: str, status: int, media_type: str, body: bytes) -> str | None:
        try:
            value = orjson.loads(body)  # refuses what is not UTF-8
        except orjson.JSONDecodeError as unreadable:
            return f"{operation} answered {status} with what is no JSON: {unreadable}"
        fault = next(self._validator(operation, status, media_type).iter_errors(value), None)
        return f"{operation} answered {status} with {fault.message} at {fault.instance_path}" if fault else None

    def _validator(self, operation: str, status: int, media_type: str) -> Any:
        key = operation, status, media_type
        if key not in self._validators:
            method, _, path = operation.partition(" ")
            content = self.document["paths"][path][method.lower()]["responses"][str(status)]["content"]
            schema = {**content[media_type]["schema"], "components": self.document["components"]}
            self._validators[key] = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
        return self._validators[key]
