"""What code and rules can tell is in the documents as code and rules tell it today."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.build_docs import block_names, documents, rebuilt
from scripts.doc_tables import BLOCKS, decision_table, rules, table
from sheetsync.cli.main import VERBS
from sheetsync.config.example import settings
from sheetsync.domain.kpi.registry import DEFINITIONS
from sheetsync.worker.try_rules import known_checks

ROOT = Path(__file__).resolve().parents[3]


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_every_generated_part_is_current(path):
    text = path.read_text(encoding="utf-8")
    assert text == rebuilt(text), f"{path.name} is not current: run python scripts/build_docs.py"


def test_every_generated_part_stands_in_exactly_one_document():
    names = [name for path in documents() for name in block_names(path.read_text(encoding="utf-8"))]
    assert sorted(names) == sorted(BLOCKS)


def test_every_verb_is_in_the_readme_and_in_the_commands():
    readme, commands = text_of("README.md"), text_of("docs/commands.md")
    for verb in VERBS:
        assert f"| `{verb}` |" in readme
        assert f"## sheetsync {verb}\n" in commands


def test_every_setting_is_in_the_operations_page():
    operations = text_of("docs/operations.md")
    assert not [s.name for s in settings() if f"`{s.name}`" not in operations]


def test_every_limit_of_the_guard_is_in_the_page_on_holds():
    page = text_of("docs/holds.md")
    limits = [s.name.removeprefix("guard.") for s in settings() if s.name.startswith("guard.")]
    assert limits
    assert not [
        name for name in limits if f"`{name}`" not in page and f"`guard.{name}`" not in page
    ]


def test_every_check_that_can_stand_beside_a_row_is_in_the_rules_page():
    page = text_of("docs/rules.md")
    assert not [name for name in sorted(known_checks(rules())) if f"`{name}`" not in page]


def test_every_check_that_is_flagged_by_hand_is_still_a_check():
    hand = text_of("docs/rules.md").partition("These checks need no line")[2].partition("###")[0]
    cells = [line.split("|")[1] for line in hand.splitlines() if line.startswith("| `")]
    named = {name.strip(" `") for cell in cells for name in cell.split(",")}
    assert named == known_checks(rules()) - {check.id for check in rules().checks}


def test_every_column_status_target_and_figure_is_documented():
    page, figures = text_of("docs/rules.md"), text_of("docs/kpis.md")
    book = rules()
    assert not [key for key in book.columns if f"| `{key}` |" not in page]
    assert not [name for name in book.statuses.statuses if f"| {name} |" not in page]
    assert not [target.id for target in book.targets if f"| `{target.id}` |" not in page]
    assert not [id_ for id_ in DEFINITIONS if f"| `{id_}` |" not in figures]


def test_every_rule_file_has_its_own_section():
    page = text_of("docs/rules.md")
    assert not [p.name for p in (ROOT / "rules").glob("*.yaml") if f"### {p.name}\n" not in page]


def test_no_typed_status_is_overwritten_anywhere_in_the_decision_table():
    lines = decision_table().splitlines()[3:]
    assert len(lines) == len(rules().statuses.statuses) + 1
    assert not [line for line in lines if "**" in line]


def test_a_generated_part_that_nothing_makes_is_an_error():
    with pytest.raises(KeyError):
        rebuilt("<!-- generated: weather -->\n<!-- end -->")


def test_rebuilding_touches_nothing_outside_the_generated_parts():
    text = "before\n<!-- generated: columns -->\nold\n<!-- end -->\nafter | the end"
    made = rebuilt(text, {"columns": lambda: "new"})
    assert made == "before\n<!-- generated: columns -->\n\nnew\n\n<!-- end -->\nafter | the end"
    assert rebuilt(made, {"columns": lambda: "new"}) == made


def test_a_table_cell_cannot_break_out_of_its_table():
    assert table(["a"], [["x | y\nz"]]).splitlines()[2] == "| x \\| y z |"
