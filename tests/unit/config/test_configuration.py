"""config.yaml: read strictly, told in words, paths from its own folder, secrets fetched late."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from sheetsync.config import Secret, load_config, parse_config
from sheetsync.config.model import GuardConfig
from sheetsync.domain.guard import GuardLimits
from sheetsync.errors import ConfigError

SMALL = """\
version: 1
tracker:
  path: tracker.xlsx
  timezone: Africa/Johannesburg
mail:
  mode: smtp
  from: orders@example.org
  host: mail.example.org
  username: orders
  password: env:MAIL_PASSWORD
worker: {every: 2m}
"""


def problems_of(text: str) -> list[str]:
    try:
        parse_config(text)
    except ConfigError as wrong:
        return [str(problem) for problem in wrong.problems]
    return []


SECRET_WORDS = (
    "10:13: a password does not stand in this file: write env:NAME for an environment variable, "
    "or file:path for a file that holds it"
)
SETTINGS_WORDS = (
    '11:1: unknown setting "file"; '
    "use brand, carriers, channels, feeds, google, guard, inbox, intake, mail, retention, rules, store, templates, tracker, version or worker"
)
PALE_WORDS = (
    '11:17: "#FFD400" is too pale to be read on white (contrast 1.4, at least 4.5 is needed); '
    "'#8C7500' of the same kind can be read"
)
DARK_WORDS = (
    '11:21: small grey print cannot be read on "#203040" (contrast 2.2, at least 4.5 is needed); '
    "choose a paler one, like '#EFF3F4'"
)
BRACES_WORDS = (
    "11:9: the braces that begin here are not closed; "
    "put } at the end, and a comma between the settings"
)
BROKEN = [
    ("version: 1\n", "", ['1:1: the setting "version" is missing here']),
    ("version: 1", "version: 2", ["1:10: the number 2 is not allowed here; use 1"]),
    ("  path: tracker.xlsx\n", "", ['3:3: the setting "path" is missing here']),
    ("path: tracker", "paht: tracker", ['3:3: unknown setting "paht"; did you mean "path"?']),
    ("path: tracker.xlsx", "path: 7", ["3:9: a file or folder is expected here, not the number 7"]),
    ("path: tracker.xlsx", "path:", ["3:3: a file or folder is expected here, not nothing"]),
    ("Africa/Johannesburg", "Africa/Johanesburg",
     ['4:13: "Africa/Johanesburg" is not a time zone; did you mean "Africa/Johannesburg"?']),
    ("  path: tracker.xlsx\n", "  path: t.xlsx\n  kind: sheets\n",
     ['4:9: "sheets" is not allowed here; use excel or google']),
    ("  path: tracker.xlsx\n", "  path: t.xlsx\n  date_formats: ['dd/mm/yyyy']\n",
     ['4:18: the date format "dd/mm/yyyy" does not name day, month and year']),
    ("  path: tracker.xlsx\n", "  path: t.xlsx\n  tick_words: {ja: [x]}\n",
     ['4:16: unknown setting "ja"; use no or yes']),
    ("  path: tracker.xlsx\n", "  path: t.xlsx\n  stable_seconds: -1\n",
     ["4:19: the number -1 is too small; the least is 0"]),
    ("mode: smtp", "mode: smpt", ['6:9: "smpt" is not allowed here; did you mean "smtp"?']),
    ("  host: mail.example.org\n", "",
     ["6:3: mode smtp needs host and from; write both, or mode: folder"]),
    ("host: mail.example.org", "host: mail example",
     ['8:9: "mail example" is not the name of a server; write it like mail.example.org']),
    ("from: orders@example.org", "from: Orders",
     ['7:9: "Orders" is not a mail address; write it like lead@example.org']),
    ("  username: orders\n", "", ["6:3: a password needs a username beside it"]),
    ("  host: mail.example.org\n", "  host: mail.example.org\n  tls: none\n",
     ["6:3: tls: none is only for a server on this machine; write starttls"]),
    ("  host: mail.example.org\n", "  host: mail.example.org\n  max_mails: 3\n",
     ["9:3: how many mails may leave has one home: limits in rules/escalation.yaml"]),
    ("env:MAIL_PASSWORD", "hunter2",
     [SECRET_WORDS]),
    ("every: 2m", "every: 2", ["11:17: the number 2 is not a time span; write it like 30m, 4h, 2d"]),
    ("every: 2m", "every: 1s", ['11:17: "1s" is outside 10s to 24h; every 1m to 5m is usual']),
    ("every: 2m", "every: 2m, heartbeat_url: http://x.example",
     ['11:36: "http://x.example" is not a link; it must begin with https:// and a host']),
    ("worker: {every: 2m}", "guard: {changed_share: 20}",
     ["11:24: the number 20 is not between 0% and 100%; write it like 80%"]),
    ("worker: {every: 2m}", "store: {url: mysql://db}",
     [('11:14: "mysql://db" is not a store; write it like sqlite:///state.db, '
      "or like postgresql://sheetsync@db.example.org/sheetsync")]),
    ("worker: {every: 2m}", "store: {url: 'postgresql://db.example.org'}",
     [("11:14: the address of a PostgreSQL store names account, server and database; "
      "write it like postgresql://sheetsync@db.example.org/sheetsync")]),
    ("every: 2m", "every: 2m, lease: 5s", ['11:28: "5s" is outside 30s to 24h; 5m is usual']),
    ("worker: {every: 2m}", "intake: {delimiter: '#'}",
     ['11:21: "#" is not allowed here; use auto, ,, ;, tab or |']),
    ("worker: {every: 2m}", "wroker: {every: 2m}",
     ['11:1: unknown setting "wroker"; did you mean "worker"?']),
    ("worker: {every: 2m}", "worker: 2m",
     ['11:9: a group of settings (name: value) is expected here, not "2m"']),
    ("worker: {every: 2m}", "file: x", [SETTINGS_WORDS]),
    ("worker: {every: 2m}", "brand: {colour: teal}",
     ["11:17: \"teal\" is not a colour; write it in quotes, like '#1F6F78'"]),
    ("worker: {every: 2m}", "brand:\n  colour: #1F6F78",
     ["12:3: nothing stands here; write it in quotes, like '#1F6F78'"]),
    ("worker: {every: 2m}", "brand: {colour: '#FFD400'}", [PALE_WORDS]),
    ("worker: {every: 2m}", "brand: {background: '#203040'}", [DARK_WORDS]),
    ("worker: {every: 2m}", "brand: {locale: klingon}",
     ['11:17: "klingon" is not a language; write it like en, en_US or de']),
    ("worker: {every: 2m}", "brand: {logo: 'http://x.example/a.png'}",
     ['11:15: "http://x.example/a.png" is not a link; it must begin with https:// and a host']),
    ("worker: {every: 2m}", "brand: {email: 'a@x.example, b@x.example'}",
     ['11:16: "a@x.example, b@x.example" is not a mail address; write it like lead@example.org']),
    ("worker: {every: 2m}", "worker: {every: 2m", [BRACES_WORDS]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), BROKEN)
def test_a_wrong_setting_is_told_with_its_place_and_what_to_do(old, new, expected):
    assert SMALL.count(old) == 1
    assert problems_of(SMALL.replace(old, new)) == [f"config.yaml:{line}" for line in expected]


def test_all_problems_come_in_one_run():
    text = SMALL.replace("tracker.xlsx", "7").replace("smtp", "smpt").replace("2m", "soon")
    assert len(problems_of(text)) == 3


def test_a_password_never_stands_in_a_message_or_a_print():
    text = SMALL.replace("env:MAIL_PASSWORD", "hunter2")
    assert "hunter2" not in "".join(problems_of(text))
    config = parse_config(SMALL)
    assert "MAIL_PASSWORD" not in repr(config)
    assert str(config.mail.password) == "***"


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://shop:hunter2@db/shop",
        "postgres://shop:hunter2@db/shop",
        "postgresql://db/shop?password=hunter2",
    ],
)
def test_a_password_in_the_address_of_the_store_is_refused_and_not_repeated(address):
    (told,) = problems_of(SMALL + f"store: {{url: '{address}'}}\n")
    assert "name its place with password: env:NAME or file:path" in told
    assert "hunter2" not in told


def test_a_store_may_be_a_database_on_a_server():
    address = "postgresql://shop@db.example.org:5433/shop?sslmode=require"
    config = parse_config(SMALL + f"store: {{url: '{address}', password: env:STORE_PASSWORD}}\n")
    assert config.store.url == address
    assert config.store.password.resolve({"STORE_PASSWORD": "hush"}) == "hush"


def test_paths_are_relative_to_the_folder_of_the_file(tmp_path):
    place = tmp_path / "shop" / "config.yaml"
    place.parent.mkdir()
    place.write_text(SMALL + "rules: rules\ntemplates: /etc/letters\n")
    config = load_config(place)
    assert config.tracker.path == tmp_path / "shop" / "tracker.xlsx"
    assert config.rules == tmp_path / "shop" / "rules"
    assert config.templates == Path("/etc/letters")
    assert config.store.url == f"sqlite:///{tmp_path}/shop/state.db"
    assert config.mail.folder == tmp_path / "shop" / "mails"
    assert config.folder == tmp_path / "shop"


def test_a_section_may_be_left_out_or_left_empty():
    bare = "version: 1\ntracker: {path: t.xlsx, timezone: UTC}\n"
    assert parse_config(bare) == parse_config(bare + "mail:\nstore:\nworker:\nguard:\nintake:\n")
    assert parse_config(bare).worker.every == timedelta(minutes=2)
    assert parse_config(bare).mail.mode == "folder"


def test_the_settings_reach_the_rooms_that_use_them():
    config = parse_config(
        "version: 1\n"
        "tracker: {path: t.xlsx, timezone: UTC, date_formats: ['%d/%m/%Y'], tick_words: {yes: [Ja]}}\n"
        "guard: {changed_share: 30%, min_rows: 5}\n"
    )
    assert config.tracker.reading_options().ticks()["ja"] == 1
    assert config.tracker.reading_options().date_formats == ("%d/%m/%Y",)
    assert config.guard.limits().changed_share == 0.3
    assert config.guard.limits().min_rows == 5


@pytest.mark.parametrize(("tls", "port"), [("starttls", 587), ("implicit", 465)])
def test_the_usual_port_follows_the_kind_of_connection(tls, port):
    text = SMALL.replace("  mode: smtp\n", f"  mode: smtp\n  tls: {tls}\n")
    assert parse_config(text).mail.server_port == port
    assert parse_config(text).mail.message_domain == "example.org"


def test_a_config_is_frozen():
    with pytest.raises(ValueError, match="frozen"):
        parse_config(SMALL).tracker.tab = "Other"


def test_a_file_that_is_not_there_says_how_to_make_one(tmp_path):
    with pytest.raises(ConfigError, match=r"there is no such file; make one with sheetsync init"):
        load_config(tmp_path / "config.yaml")


def test_a_folder_in_place_of_a_file_is_told(tmp_path):
    with pytest.raises(ConfigError, match="name the file in it"):
        load_config(tmp_path)


def test_a_secret_is_fetched_from_the_environment_or_a_file(tmp_path):
    (tmp_path / "password.txt").write_text("open sesame\n")
    assert Secret("env", "WORD").resolve({"WORD": "hush"}) == "hush"
    assert Secret("file", "password.txt", tmp_path).resolve({}) == "open sesame"


@pytest.mark.parametrize(
    ("secret", "words"),
    [
        (Secret("env", "WORD"), "a password is expected in the environment variable WORD"),
        (Secret("file", "empty.txt"), "a password is expected in empty.txt"),
        (Secret("file", "nowhere.txt"), "cannot be read: No such file"),
    ],
)
def test_a_secret_that_is_not_there_is_told_by_its_place(tmp_path, secret, words):
    (tmp_path / "empty.txt").write_text("\n")
    here = Secret(secret.kind, secret.name, tmp_path)
    with pytest.raises(ConfigError, match=re.escape(words)):
        here.resolve({})


def test_the_guards_own_limits_are_the_defaults_of_the_settings():
    assert GuardConfig().limits() == GuardLimits()
    fields = set(GuardLimits.__slots__)
    assert set(GuardConfig.model_fields) == fields
