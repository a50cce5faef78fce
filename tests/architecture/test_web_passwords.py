"""What the source of the web client says of its password fields."""

import re
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "entrypoints" / "web" / "src"
FIELD = re.compile(r"<(?:TextField|input)\b[^>]*?(?:assword|type=\"password\")[^>]*", re.DOTALL)


def test_every_password_field_is_masked_filled_by_managers_and_takes_what_is_pasted() -> None:
    pages = {path.name: path.read_text() for path in SOURCE.rglob("*.tsx")}
    fields = [(name, field) for name, page in pages.items() for field in FIELD.findall(page)]

    assert len(fields) >= 5
    for name, field in fields:
        assert 'type="password"' in field, name
        assert re.search(r'autoComplete="(current|new)-password"', field), name
    assert [name for name, page in pages.items() if "onPaste" in page] == []
