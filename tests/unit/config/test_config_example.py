"""One model, three uses: validation, the example and the reference cannot drift apart."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import pytest

from sheetsync.config import Config, example_config, parse_config, reference_table
from sheetsync.config.example import settings, yaml_text
from sheetsync.yamlfiles.document import read_document

COMMITTED = Path(__file__).parents[3] / "config.example.yaml"
BARE = {"version": 1, "tracker": {"path": "tracker.xlsx", "timezone": "Africa/Johannesburg"}}
SINGLE = [s for s in settings() if s.example]


def test_the_committed_example_is_the_generated_one():
    """Made anew with: python -m sheetsync.config.example > config.example.yaml."""
    assert COMMITTED.read_text() == example_config()


def test_the_example_loads():
    config = parse_config(example_config())
    assert config.tracker.timezone == "Africa/Johannesburg"
    assert config.mail.mode == "folder"


def test_every_setting_has_a_description_and_an_example():
    for setting in settings():
        assert setting.description.endswith("."), setting.name
    sections = {s.name for s in settings() if not s.example}
    assert sections == {
        "tracker",
        "google",
        "store",
        "mail",
        "brand",
        "worker",
        "guard",
        "retention",
        "intake",
        "feeds",
        "feeds.dhl",
        "carriers",
        "carriers.ship",
        "channels",
        "channels.sms",
        "inbox",
    }


def with_setting(name: str, text: str | None) -> Config:
    """The bare settings with one more, given as YAML; None leaves it out."""
    *groups, key = name.split(".")
    lines = deepcopy(BARE)
    if groups[:1] == ["feeds"]:
        lines["feeds"] = {"dhl": {"kind": "carrier"}}
    if groups[:1] == ["carriers"]:
        lines["carriers"] = {"ship": {"kind": "simulated"}}
    if groups[:1] == ["channels"]:
        lines["channels"] = {"sms": {"kind": "file", "folder": "messages"}}
    at = lines
    for group in groups:
        at = at.setdefault(group, {})
    if text is not None:
        at[key] = read_document("", f"x: {text}").get(("x",))
    return Config.model_validate(lines)


@pytest.mark.parametrize("setting", [s for s in SINGLE if s.default], ids=lambda s: s.name)
def test_the_default_shown_is_the_default(setting):
    assert with_setting(setting.name, setting.example) == with_setting(setting.name, None)


@pytest.mark.parametrize(
    "setting",
    [s for s in SINGLE if s.name not in {"mail.password", "inbox.password", "inbox.host"}],
    ids=lambda s: s.name,
)
def test_every_example_is_accepted(setting):
    with_setting(setting.name, setting.example)


def test_all_commented_settings_together_are_accepted():
    """Whoever removes every # has a valid file."""
    lines = []
    for line in example_config().splitlines():
        bare = line.lstrip()
        commented = bare.removeprefix("# ").partition(":")[0]
        known = {s.name.rpartition(".")[2] for s in settings()}
        if line.endswith("off: none is made."):
            continue
        lines.append(
            line.replace("# ", "", 1) if bare.startswith("# ") and commented in known else line
        )
    config = parse_config("\n".join(lines))
    assert config.mail.username == "orders@example.org"
    assert config.intake.columns["Order"] == "order_id"


def test_values_can_be_filled_in():
    text = example_config(
        {
            "tracker.path": "C: orders #1.xlsx",
            "tracker.timezone": "Europe/Berlin",
            "worker.heartbeat_url": "https://m.example/1",
        }
    )
    config = parse_config(text)
    assert config.tracker.path.name == "C: orders #1.xlsx"
    assert config.tracker.timezone == "Europe/Berlin"
    assert config.worker.heartbeat_url == "https://m.example/1"


@pytest.mark.parametrize(
    "value", ["plain", "it's", "a: b", "#1", "yes", "1", "true", "", "- x", "*", "{"]
)
def test_a_text_is_quoted_only_when_it_must_be(value):
    text = yaml_text(value)
    assert read_document("", f"x: {text}").get(("x",)) == value
    assert (text == value) == (value in {"plain", "it's", "yes"})


def test_the_reference_names_every_setting_once():
    table = reference_table()
    for setting in settings():
        rows = [line for line in table.splitlines() if line.split("`")[1:2] == [setting.name]]
        assert len(rows) == 1, setting.name
    assert (
        "| `worker.every` | The time from one pass to the next: how late news can be. | `2m` |"
        in table
    )
