"""Writes the JSON Schema of ``data.json`` in members' copies from the data register and the tables.

``python -m config.export_schema docs/export.schema.json``"""

import json
import sys
from pathlib import Path
from typing import Any

from adapters.postgres.exports import json_types
from config.data_register import data_register
from saltbitter_domain.exports.policies import exported_columns, schema


def export_schema() -> dict[str, Any]:
    """The schema in force."""
    register = data_register()
    return schema(register, json_types(exported_columns(register)))


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(export_schema(), indent=2) + "\n", encoding="utf-8")
