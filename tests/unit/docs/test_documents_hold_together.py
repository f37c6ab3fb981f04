"""Links lead somewhere, examples are valid, and nothing in a document belongs to one machine only."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from scripts.build_docs import documents
from sheetsync.config.load import parse_config
from sheetsync.rulebook import load_rules, load_texts
from sheetsync.rulebook.examples import load_examples

ROOT = Path(__file__).resolve().parents[3]
DOCUMENTS = documents()
LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
FENCE = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
HOSTS = ("://registry", "artifactory", "index-url", "find-links")
MACHINE = re.compile(r"(?<![\w.])/(home|root|tmp|work|Users|private)/")
EVERYTHING = [
    path
    for pattern in ("*.md", "*.txt", "*.toml", "*.yaml", "Makefile", ".ci/*", "docs/*", "rules/**/*.yaml")
    for path in sorted(ROOT.glob(pattern))
    if path.is_file()
]  # fmt: skip


def prose(path: Path) -> str:
    """A document without its code, in which brackets are no links."""
    return re.sub(r"`[^`\n]*`", "", FENCE.sub("", path.read_text(encoding="utf-8")))


def anchors(path: Path) -> set[str]:
    """The anchors of a document's headings, as code hosts make them."""
    headings = re.findall(
        r"^#+ (.+)$", FENCE.sub("", path.read_text(encoding="utf-8")), re.MULTILINE
    )
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def fenced(name: str, language: str) -> list[str]:
    """The blocks of one language in a document."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return [body for found, body in FENCE.findall(text) if found == language]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_between_documents_leads_somewhere(path):
    for target in LINK.findall(prose(path)):
        if target.startswith("https://"):
            continue
        file, _, anchor = target.partition("#")
        place = (path.parent / file).resolve() if file else path
        assert place.exists(), f"{path.name} links to {target}"
        assert not anchor or anchor in anchors(place), f"{path.name} links to {target}"


def test_every_document_can_be_reached_from_the_readme():
    seen, waiting = set(), [ROOT / "README.md"]
    while waiting:
        path = waiting.pop()
        if path in seen or path.suffix != ".md":
            continue
        seen.add(path)
        files = (target.partition("#")[0] for target in LINK.findall(prose(path)))
        waiting += [(path.parent / file).resolve() for file in files if file and ":" not in file]
    assert not [path.name for path in DOCUMENTS if path not in seen]


@pytest.mark.parametrize("path", EVERYTHING, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_names_a_package_registry_or_a_place_on_one_machine(path):
    text = path.read_text(encoding="utf-8")
    assert not [host for host in HOSTS if host in text]
    assert not MACHINE.search(text)


def test_the_mail_settings_shown_are_valid():
    (shown,) = [block for block in fenced("docs/operations.md", "yaml") if "mail:" in block]
    tracker = "version: 1\ntracker: {path: t.xlsx, timezone: Africa/Johannesburg}\n"
    assert parse_config(tracker + shown).mail.mode == "smtp"


def test_the_check_shown_can_be_pasted_into_the_rules():
    (shown,) = [block for block in fenced("docs/rules.md", "yaml") if "gift" in block]
    files = {path.name: path.read_text() for path in (ROOT / "rules").glob("*.yaml")}
    indented = "".join(f"  {line}\n" for line in shown.splitlines())
    files["columns.yaml"] += "\n" + indented
    assert load_texts(files, "rules").checks[-1].id == "gift_without_instructions"


def test_every_condition_shown_is_valid():
    table = (ROOT / "docs/rules.md").read_text().partition("## Conditions")[2].partition("```")[0]
    cells = [line.split(" | ")[0] for line in table.splitlines() if line.startswith("| `")]
    shown = [text for cell in cells for text in re.findall(r"`([^`]+)`", cell) if ":" in text]
    conditions = [text for text in shown if "{...}" not in text]
    assert len(conditions) >= 14
    checks = "".join(
        f"\n  - id: shown_{n}\n    when: {{{text}}}\n    severity: note\n    columns: [order_id]\n    message: Shown.\n"
        for n, text in enumerate(conditions)
    )
    files = {path.name: path.read_text() for path in (ROOT / "rules").glob("*.yaml")}
    files["columns.yaml"] += checks
    assert load_texts(files, "rules").checks[-1].id == f"shown_{len(conditions) - 1}"


def test_the_example_case_shown_is_valid(tmp_path):
    (shown,) = [block for block in fenced("docs/rules.md", "yaml") if "examples:" in block]
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "shown.yaml").write_text(shown)
    assert len(load_examples(tmp_path, load_rules(ROOT / "rules"))) == 1


def test_every_dependency_is_pinned():
    pinned = {
        line.partition("==")[0].lower()
        for line in (ROOT / "constraints.txt").read_text().splitlines()
    }
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    names = [re.split(r"[^\w.-]", wanted)[0].lower() for group in groups for wanted in group]
    assert not [name for name in names if name not in pinned]


def test_the_licence_is_the_one_that_the_package_names():
    licence = (ROOT / "LICENSE").read_text()
    assert "Apache License" in licence
    assert "Version 2.0" in licence
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["license"] == {"text": "Apache-2.0"}


def test_the_changelog_tells_of_the_present_version():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert f"## [{project['version']}]" in (ROOT / "CHANGELOG.md").read_text()
