"""A fresh tracker folder: settings, rules, an empty tracker and room for mail templates."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

from sheetsync.config import parse_config
from sheetsync.config.example import example_config
from sheetsync.errors import UsageError
from sheetsync.resources import copy_rules, template_workbook
from sheetsync.setup.calendar import CALENDAR, localise

CONFIG: Final = "config.yaml"
RULES: Final = "rules"
TRACKER: Final = "tracker.xlsx"
TEMPLATES: Final = "mail_templates"
_EXAMPLE_KINDS: Final = ("escalation", "shipped")
_WORDS: Final = "words.yaml"
_ABOUT_TEMPLATES: Final = """\
# Mail templates

Mails are written by templates that come with sheetsync. To change one, put a file of the same name here:
a template in this folder wins over the shipped one.

The folder `escalation` holds copies of the shipped templates for late orders, `shipped` those of the letter to a
customer whose order is on its way; docs/letters.md lists all. Take `.example` off the end of a name and edit the
file; delete it again and the shipped one is back.

    shipped/subject.txt.j2          the subject, one line
    shipped/body.txt.j2             the mail as plain text
    shipped/body.html.j2            the mail as most people see it
    shipped/sms.txt.j2              the same in an SMS, 160 characters at most
    words.yaml                      the words that all letters share; only those that you would say differently
    i18n/de/shipped/body.txt.j2     the mail in German; any other language the same way

`{{ order_id }}` and the other words in double braces are filled in. Your name, colour and telephone number stand
under `brand:` in config.yaml. See what it all looks like with `sheetsync preview`. A template with a mistake is
never sent: sheetsync says which one it is, and the line.
"""


@dataclass(frozen=True, slots=True)
class Made:
    """One thing that was made: its path from the folder, and in a few words what it is."""

    name: str
    what: str


def make_folder(folder: Path, *, timezone: str, sender: str = "") -> list[Made]:
    """Make config.yaml, rules/, tracker.xlsx and mail_templates/ in `folder`.

    Nothing is overwritten: raises UsageError, having made nothing, when one of them is there.
    """
    refuse_overwriting(folder, (CONFIG, RULES, TRACKER, TEMPLATES))
    text = config_text(timezone=timezone, sender=sender)
    parse_config(text, folder / CONFIG)
    folder.mkdir(parents=True, exist_ok=True)
    made = make_rules(folder, timezone)
    shutil.copyfile(template_workbook(), folder / TRACKER)
    made.append(Made(TRACKER, "the tracker: open it in Excel or LibreOffice"))
    made.append(make_templates(folder))
    (folder / CONFIG).write_text(text, encoding="utf-8")
    return [Made(CONFIG, "where things are, how mails leave"), *made]


def config_text(
    *,
    timezone: str,
    sender: str = "",
    tracker: str = TRACKER,
    tab: str = "Orders",
    macros: bool = False,
) -> str:
    """The text of a new config.yaml."""
    values = {
        "tracker.path": tracker,
        "tracker.tab": tab,
        "tracker.timezone": timezone,
        "templates": TEMPLATES,
    }
    if sender:
        values["mail.from"] = sender
    if macros:
        values["tracker.allow_macros"] = "yes"
    return example_config(values)


def refuse_overwriting(folder: Path, names: tuple[str, ...]) -> None:
    """Raise UsageError when one of `names` is in `folder`, or the folder is a file."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file. Name a folder for the tracker.")
    taken = [name for name in names if (folder / name).exists()]
    if taken:
        raise UsageError(
            f"{folder / taken[0]} is already there, and nothing is overwritten. "
            "Name another folder, or move the old files away."
        )


def make_rules(folder: Path, timezone: str) -> list[Made]:
    """Copy the shipped rules into `folder`, with the opening hours in `timezone`."""
    copy_rules(folder / RULES)
    hours = localise(folder / RULES, timezone)
    return [
        Made(f"{RULES}/", "time limits, checks, statuses, who is told: edit these"),
        Made(f"{RULES}/{CALENDAR}", f"{hours}: put in your own"),
    ]


def make_templates(folder: Path) -> Made:
    """A folder for mail templates of one's own, with examples that are not in force."""
    target = folder / TEMPLATES
    shipped = files("sheetsync.messages") / "templates"
    for kind in _EXAMPLE_KINDS:
        (target / kind).mkdir(parents=True)
        for template in (shipped / kind).iterdir():
            if template.is_file():
                example = target / kind / f"{template.name}.example"
                example.write_bytes(template.read_bytes())
    (target / f"{_WORDS}.example").write_bytes((shipped / _WORDS).read_bytes())
    (target / "README.md").write_text(_ABOUT_TEMPLATES, encoding="utf-8")
    return Made(f"{TEMPLATES}/", "put your own mail texts here; the shipped ones hold until then")
