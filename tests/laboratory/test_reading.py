"""Every row that cannot be used is explained by file, line and column; nothing is dropped in silence."""

from pathlib import Path
from typing import Any

import pytest

from adapters.laboratory.data import Data, Sources, read_data
from adapters.laboratory.mapping import DataMapping, MappingInvalid, read_mapping
from adapters.laboratory.sheets import DataInvalid
from saltbitter_domain.compatibility.model import Attachment
from saltbitter_domain.profiles.model import BasicValue, HasChildren, Intention, Smoking

PEOPLE = "person_id,age,anxiety,avoidance,interests,smoking\n"
SOUND = PEOPLE + "a,30,2,3,jazz;tango,never\nb,31,,,,\nc,40,7,1,jazz,\n"
MET = "viewer_id,candidate_id,outcome\n"


def study(folder: Path, people: str = SOUND, encounters: str = MET + "a,b,1\n", mapping: str = "", **how: Any) -> Data:
    return read_data(sources(folder, people, encounters, mapping, **how))


def sources(
    folder: Path, people: str = SOUND, encounters: str = MET + "a,b,1\n", mapping: str = "", **how: Any
) -> Sources:
    for name, text in (("people.csv", people), ("encounters.csv", encounters), ("mapping.toml", mapping)):
        (folder / name).write_bytes(text.encode("utf-8", "surrogateescape"))
    chosen = folder / "mapping.toml" if mapping else None
    return Sources(folder / "people.csv", folder / "encounters.csv", chosen, **how)


def faults(folder: Path, *args: str, **how: Any) -> list[str]:
    with pytest.raises(DataInvalid) as refused:
        study(folder, *args, **how)
    return [f"{fault.path}: {fault.message}" for fault in refused.value.fields]


class TestPeople:
    @pytest.mark.parametrize(
        ("row", "column", "words"),
        [
            (",30,2,3,,", "person_id", "is empty"),
            ("a,30,2,3,,", "person_id", "'a' has a row already"),
            ("x,,2,3,,", "age", "'' is no age"),
            ("x,17,2,3,,", "age", "'17' is no age in whole years from 18"),
            ("x,thirty,2,3,,", "age", "'thirty' is no age"),
            ("x,30.5,2,3,,", "age", "'30.5' is no age"),
            ("x,30,0.9,3,,", "anxiety", "'0.9' is no number from 1 to 7"),
            ("x,30,2,nan,,", "avoidance", "'nan' is no number from 1 to 7"),
            ("x,30,2,much,,", "avoidance", "'much' is no number"),
            ("x,30,2,3,,chimney", "smoking", "'chimney' is none of never"),
        ],
    )
    def test_a_bad_cell_is_told_by_its_line_and_column(self, tmp_path: Path, row: str, column: str, words: str) -> None:
        (fault,) = faults(tmp_path, SOUND + row + "\n")
        assert fault.startswith(f"people.csv, line 5, column {column}: {words}")

    def test_every_bad_cell_of_every_row_is_told(self, tmp_path: Path) -> None:
        found = faults(tmp_path, SOUND + "x,3,9,9,,chimney\ny,200,2,3,,\n")
        assert len(found) == 5
        assert sum("line 5" in fault for fault in found) == 4

    def test_a_row_of_another_length_is_told(self, tmp_path: Path) -> None:
        (fault,) = faults(tmp_path, SOUND + "x,30\n")
        assert fault == "people.csv, line 5: has 2 cells where the header has 6"

    def test_lines_are_those_of_the_file_also_after_a_cell_of_several_lines(self, tmp_path: Path) -> None:
        (fault,) = faults(tmp_path, PEOPLE + 'a,30,2,3,"jazz;\ntango",\n\nb,30,2,3,,\nx,2,2,3,,\n')
        assert fault.startswith("people.csv, line 6, column age")

    def test_what_is_not_csv_ends_the_reading_whatever_else_was_asked_for(self, tmp_path: Path) -> None:
        (fault,) = faults(tmp_path, SOUND + 'x,30,2,3,"jazz,\ny,30,2,3,,\n', skip_bad_rows=True)
        assert fault.startswith("people.csv, line 5: is not CSV from here on")

    def test_what_is_not_utf_8_is_told_by_its_line(self, tmp_path: Path) -> None:
        (fault,) = faults(tmp_path, SOUND + "\udce9,30,2,3,,\n")
        assert fault == "people.csv, line 5: this is not text in UTF-8"

    @pytest.mark.parametrize(("header", "words"), [("", "no header"), ("person_id,age,age\n", "'age' comes twice")])
    def test_a_header_that_cannot_be_used_is_told(self, tmp_path: Path, header: str, words: str) -> None:
        (fault,) = faults(tmp_path, header)
        assert fault.startswith("people.csv, line 1")
        assert words in fault

    def test_a_missing_column_is_told_before_any_row(self, tmp_path: Path) -> None:
        (fault,) = faults(tmp_path, "id,age\na,7\n")
        assert fault == "people.csv, line 1, column person_id: is not in the header, which has id, age"

    def test_a_byte_order_mark_is_no_part_of_the_first_column(self, tmp_path: Path) -> None:
        assert len(study(tmp_path, "\ufeff" + SOUND).people) == 3

    def test_an_empty_cell_is_unknown(self, tmp_path: Path) -> None:
        one, other, _ = study(tmp_path).people.traits
        assert one.attachment == Attachment(2, 3, 1)
        assert (one.interests, one.smoking) == (frozenset({"jazz", "tango"}), Smoking.NEVER)
        assert (other.age, other.attachment, other.interests, other.smoking) == (31, None, frozenset(), None)


class TestEncounters:
    @pytest.mark.parametrize(
        ("row", "column", "words"),
        [
            ("z,a,1", "viewer_id", "'z' has no row"),
            ("a,z,1", "candidate_id", "'z' has no row"),
            ("a,a,1", "candidate_id", "nobody can be introduced to themselves"),
            ("a,c,2", "outcome", "'2' is none of 1, yes"),
            ("a,c,", "outcome", "'' is none of"),
            ("a,b,0", "candidate_id", "the viewer met them on line 2 already"),
        ],
    )
    def test_a_bad_cell_is_told_by_its_line_and_column(self, tmp_path: Path, row: str, column: str, words: str) -> None:
        (fault,) = faults(tmp_path, SOUND, MET + "a,b,1\n" + row + "\n")
        assert fault.startswith(f"encounters.csv, line 3, column {column}: {words}")

    def test_so_many_are_told_and_the_others_counted(self, tmp_path: Path) -> None:
        found = faults(tmp_path, SOUND, MET + "a,z,1\n" * 50, listed=20)
        assert len(found) == 21
        assert found[-1] == "and 30 more: not listed one by one"

    def test_bad_rows_of_both_files_are_told_together(self, tmp_path: Path) -> None:
        found = faults(tmp_path, SOUND + "x,2,2,2,,\n", MET + "a,x,1\n")
        assert [fault.split(":")[0] for fault in found] == [
            "people.csv, line 5, column age",
            "encounters.csv, line 2, column candidate_id",
        ]

    def test_the_sound_rows_are_used_when_asked_for_and_the_others_are_counted(self, tmp_path: Path) -> None:
        data = study(tmp_path, SOUND, MET + "a,b,1\na,z,1\nb,a,no\na,b,0\n", skip_bad_rows=True)
        assert data.encounters.line.tolist() == [2, 4]
        assert data.encounters.outcome.tolist() == [1.0, 0.0]
        assert (data.skipped.count, sorted(line for _, line in data.skipped.rows)) == (2, [3, 5])

    def test_without_any_encounter_there_is_nothing_to_judge_by(self, tmp_path: Path) -> None:
        (fault,) = faults(tmp_path, SOUND, MET)
        assert "no encounter" in fault

    def test_a_group_without_a_name_is_told(self, tmp_path: Path) -> None:
        header = "viewer_id,candidate_id,outcome,wave\n"
        (fault,) = faults(tmp_path, SOUND, header + "a,b,1,\n", group="wave")
        assert fault == "encounters.csv, line 2, column wave: is empty, and must not be"

    @pytest.mark.parametrize(
        ("cell", "words"), [("much", "'much' is no number from -1 to 1"), ("2", "'2' is no number")]
    )
    def test_a_number_about_a_pair_is_one_within_its_bounds_or_unknown(
        self, tmp_path: Path, cell: str, words: str
    ) -> None:
        mapping = "[[pair_features]]\nname = 'f'\nkind = 'given'\ncolumn = 'talk'\nlow = -1\nhigh = 1\n"
        met = f"viewer_id,candidate_id,outcome,talk\na,b,1,0\na,c,1,\nb,a,0,{cell}\n"
        (fault,) = faults(tmp_path, SOUND, met, mapping)
        assert fault.startswith(f"encounters.csv, line 4, column talk: {words}")
        given = study(tmp_path, SOUND, met, mapping, skip_bad_rows=True).encounters.given["f"].tolist()
        assert given == pytest.approx([0.5, float("nan")], nan_ok=True)

    def test_a_group_that_neither_file_has_is_told(self, tmp_path: Path) -> None:
        (fault,) = faults(tmp_path, group="wave")
        assert fault == "--group wave: is a column of neither people.csv nor encounters.csv"


class TestGroups:
    def test_each_viewer_is_a_group_unless_one_is_named(self, tmp_path: Path) -> None:
        data = study(tmp_path, SOUND, MET + "c,b,1\na,b,1\nc,a,0\n")
        assert data.encounters.group.tolist() == data.encounters.list.tolist() == [1, 0, 1]
        assert data.group_by == "viewer"

    def test_the_column_of_the_encounters_goes_before_that_of_the_people(self, tmp_path: Path) -> None:
        people = "person_id,wave\na,1\nb,2\nc,1\n"
        met = "viewer_id,candidate_id,outcome,wave\na,b,1,7\nb,a,1,8\nc,a,1,8\na,b,0,8\n"
        data = study(tmp_path, people, met, group="wave")
        assert data.encounters.group.tolist() == [0, 1, 1, 1]
        assert data.encounters.list.tolist() == [0, 2, 3, 1]  # a viewer has a list in each group

    def test_a_viewer_s_group_is_that_of_their_row(self, tmp_path: Path) -> None:
        people = "person_id,wave\na,2\nb,1\nc,2\nd,0\n"
        data = study(tmp_path, people, MET + "a,b,1\nb,a,1\nc,a,1\n", group="wave")
        assert data.encounters.group.tolist() == [1, 0, 1]


MAPPING = """
[people]
id = "iid"
age = { column = "years", unknown = 27 }
latitude = "lat"
longitude = "lon"
anxiety = { column = "anx", low = 0, high = 4 }
avoidance = { column = "avo", low = 0, high = 4 }
reliability = "care"
interests = { columns = ["sports", "tv"], at_least = 7 }
languages = { column = "speaks", separator = "/" }
intention = { column = "goal", words = { "1" = "figuring_it_out", "2" = "new_friends" } }
has_children = "children"

[encounters]
viewer = "me"
candidate = "them"
outcome = "dec"
good = ["match"]
bad = ["none"]
"""
MAPPED = (
    "iid,years,lat,lon,anx,avo,care,sports,tv,speaks,goal,children\n"
    "1,,47,8,0,4,0.5,9,3,en/de,2,yes\n2,30,,8,1,,1,,10,,,\n"
)


class TestMapping:
    def test_it_says_what_any_columns_mean(self, tmp_path: Path) -> None:
        data = study(tmp_path, MAPPED, "me,them,dec\n1,2,match\n2,1,NONE\n", MAPPING)
        one, other = data.people.traits
        assert one.age == 27
        assert one.cell is not None
        assert one.attachment == Attachment(1.0, 7.0, 0.5)
        assert one.interests == {"sports"}
        assert one.languages == {"en", "de"}
        assert (one.intention, one.has_children) == (Intention.NEW_FRIENDS, HasChildren.YES)
        assert (other.cell, other.attachment, other.interests) == (None, None, frozenset({"tv"}))
        assert data.encounters.outcome.tolist() == [1.0, 0.0]

    def test_ten_ratings_are_values(self, tmp_path: Path) -> None:
        names = [value.value for value in BasicValue]
        people = ",".join(["person_id", *names]) + "\na" + ",3" * 10 + "\nb" + "," * 10 + "\n"
        one, other = study(tmp_path, people).people.traits
        assert one.values == dict.fromkeys(BasicValue, 3)
        assert other.values == {}

    @pytest.mark.parametrize(
        ("text", "path", "words"),
        [
            ("people = 3", "people", "must be a table"),
            ("[people]\nid = 3", "people.id", "must be a text"),
            ("[people]\nname = 'x'", "people", "is not known: name"),
            ("[people]\nage = { columns = 'x' }", "people.age.column", "is missing"),
            ("[people]\nage = 3", "people.age", "must be a column's name or a table"),
            ("[people]\nanxiety = 'a'", "people", "anxiety and avoidance belong together"),
            ("[people]\nlatitude = 'a'", "people", "latitude and longitude belong together"),
            ("[people]\nanxiety = { column = 'a', low = 2, high = 2 }", "people.anxiety", "low must lie below high"),
            ("[people]\ninterests = {}", "people.interests", "needs either column or columns"),
            ("[people]\ninterests = { columns = ['a'] }", "people.interests", "belong together"),
            ("[people]\ninterests = { column = 'a', separator = '' }", "people.interests", "separator"),
            ("[people.values]\npower = 'p'", "people", "values needs all ten"),
            ("[people.values]\ncharm = 'p'", "people.values", "must be one of self_direction"),
            ("[encounters]\ngood = ['1']\nbad = ['1']", "encounters", "none in common"),
            ("[[pair_features]]\nname = 'a'\nkind = 'b'\ncolumn = 'c'", "pair_features[0].kind", "must be one of"),
            ("[[pair_features]]\nname = 'a'\nkind = 'closeness'\ncolumn = 'c'", "pair_features[0]", "takes scale"),
            ("[[pair_features]]\nname = 'a'\nkind = 'same'\ncolumn = 'c'\n" * 2, "(document)", "share a name"),
            (
                (
                    "[people]\nanxiety = 'x'\navoidance = 'y'\n"
                    "[[pair_features]]\nname = 'a'\nkind = 'closeness'\ncolumn = 'x'\nscale = 1"
                ),
                "pair_features.0.column",
                "attachment is judged by the pair's own form only",
            ),
        ],
    )
    def test_a_fault_is_told_by_its_field(self, tmp_path: Path, text: str, path: str, words: str) -> None:
        (tmp_path / "mapping.toml").write_text(text)
        with pytest.raises(MappingInvalid) as refused:
            read_mapping(tmp_path / "mapping.toml")
        found = {fault.path: fault.message for fault in refused.value.fields}
        assert any(key.startswith(path) and words in message for key, message in found.items()), found

    def test_every_fault_is_told_at_once(self, tmp_path: Path) -> None:
        (tmp_path / "mapping.toml").write_text("[people]\nid = 1\nage = 2\n[encounters]\nviewer = 3\n[more]\n")
        with pytest.raises(MappingInvalid) as refused:
            read_mapping(tmp_path / "mapping.toml")
        assert len(refused.value.fields) == 4

    def test_what_is_not_toml_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "mapping.toml").write_text("[people\n")
        with pytest.raises(MappingInvalid, match="not a TOML file"):
            read_mapping(tmp_path / "mapping.toml")

    def test_columns_that_belong_together_are_asked_for_without_a_mapping_too(self, tmp_path: Path) -> None:
        with pytest.raises(MappingInvalid, match="latitude and longitude"):
            study(tmp_path, "person_id,latitude\na,3\nb,3\n")

    def test_an_empty_mapping_knows_ids_and_outcomes(self, tmp_path: Path) -> None:
        (tmp_path / "mapping.toml").write_text("")
        assert read_mapping(tmp_path / "mapping.toml") == DataMapping()
