"""Writes the OpenAPI document of the whole API to a file: ``python -m entrypoints.http.document docs/openapi.json``."""

import json
import sys
from pathlib import Path

from entrypoints.http import openapi
from entrypoints.http.api import RESOURCES


def text() -> str:
    """The document as it is kept, the same whenever the API is."""
    return json.dumps(openapi.document(RESOURCES), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(text(), encoding="utf-8")
