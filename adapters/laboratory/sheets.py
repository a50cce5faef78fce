"""CSV files, read so that every row that cannot be used is explained by file, line and column."""

import csv
import hashlib
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import attrs

from saltbitter_domain.kernel import FieldProblem, Invalid

LISTED = 100
"""How many bad cells are told one by one unless somebody asks for another number; the others are counted."""
_QUOTED = 60
"""Characters of a bad cell that are repeated in what is said about it."""


class DataInvalid(Invalid):
    """Rows cannot be used; ``fields`` has those that are told one by one."""

    code = "laboratory_data_invalid"


@attrs.define
class Problems:
    """What is wrong with the rows read so far: the first ``listed`` one by one, and how many there are."""

    listed: int = LISTED
    found: list[FieldProblem] = attrs.field(factory=list)
    count: int = 0
    rows: set[tuple[str, int]] = attrs.field(factory=set)
    """File and line of every bad row; one row may have several bad cells."""

    def add(self, file: str, line: int, column: str, message: str) -> None:
        """Note that the cell in this line and column cannot be used."""
        self.count += 1
        self.rows.add((file, line))
        if len(self.found) < self.listed:
            where = f"{file}, line {line}" + (f", column {column}" if column else "")
            self.found.append(FieldProblem(where, "bad_row", message))

    def refuse(self, detail: str = "Some rows cannot be used.") -> None:
        """Raise ``DataInvalid`` if anything is wrong."""
        if not self.count:
            return
        fields = list(self.found)
        if self.count > len(fields):
            fields.append(FieldProblem(f"and {self.count - len(fields):,} more", "bad_row", "not listed one by one"))
        told = f"{detail} {self.count:,} cells in {len(self.rows):,} rows are bad."
        raise DataInvalid(told, fields=tuple(fields))


@attrs.frozen
class Sheet:
    """A CSV file in memory: UTF-8, comma separated (RFC 4180), the first row naming the columns."""

    name: str
    text: str = attrs.field(repr=False)
    digest: str
    """SHA-256 of its bytes, in hexadecimal."""
    header: tuple[str, ...]
    first: int
    """The line on which the first row after the header begins."""

    @classmethod
    def read(cls, path: Path) -> "Sheet":
        """``DataInvalid`` when it is not such a file or cannot be read at all."""
        try:
            data = path.read_bytes()
        except OSError as error:
            raise DataInvalid(f"{path} cannot be read: {error.strerror}.") from error
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            fault = FieldProblem(f"{path.name}, line {line}", "encoding", "this is not text in UTF-8")
            raise DataInvalid(f"{path} cannot be read.", fields=(fault,)) from error
        reader = csv.reader(io.StringIO(text, newline=""))
        header = tuple(name.strip() for name in next(reader, ()))
        repeated = sorted({name for name in header if header.count(name) > 1})
        if repeated or not header:
            words = f"the column {', '.join(map(repr, repeated))} comes twice" if header else "there is no header"
            raise DataInvalid(
                f"{path} cannot be read.", fields=(FieldProblem(f"{path.name}, line 1", "header", words),)
            )
        return cls(path.name, text, hashlib.sha256(data).hexdigest(), header, reader.line_num + 1)

    def columns(self, names: Sequence[str], problems: Problems) -> tuple[int, ...]:
        """The places of these columns. ``DataInvalid`` names every one that is not there."""
        missing = [name for name in dict.fromkeys(names) if name not in self.header]
        for name in missing:
            problems.add(self.name, 1, name, f"is not in the header, which has {', '.join(self.header)}"[:300])
        if missing:
            problems.refuse("Columns are missing.")
        return tuple(map(self.header.index, names))

    def rows(self, problems: Problems) -> Iterator[tuple[int, list[str]]]:
        """Every row of the right length with the line it begins on; others are problems, blank lines are nothing.

        ``DataInvalid`` where the file stops being CSV, for what comes after cannot be told apart."""
        reader = csv.reader(io.StringIO(self.text, newline=""), strict=True)
        width = len(self.header)
        next(reader)
        line = self.first
        try:
            for cells in reader:
                if len(cells) == width:
                    yield line, cells
                elif cells:
                    problems.add(self.name, line, "", f"has {len(cells)} cells where the header has {width}")
                line = reader.line_num + 1
        except csv.Error as error:
            problems.add(self.name, line, "", f"is not CSV from here on: {error}")
            problems.refuse("The file cannot be read to its end.")


def quoted(cell: str) -> str:
    """A cell as it is repeated to the operator."""
    return repr(cell if len(cell) <= _QUOTED else cell[:_QUOTED] + "…")
