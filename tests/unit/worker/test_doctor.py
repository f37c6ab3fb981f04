"""The doctor says in words what is there, what is missing and what to do; it changes nothing."""

from __future__ import annotations

import os
import ssl
from contextlib import contextmanager

import pytest
import trustme

from sheetsync.cli.main import run
from sheetsync.trackers.excel.locks import exclusive
from sheetsync.worker.doctor import look_over
from sheetsync.worker.doctor.folders import sync_client
from tests.support.postbox import Postbox, serving
from tests.support.shop_desk import HEADINGS, ShopDesk, local


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """A shop with one good pass at 09:00."""
    desk = ShopDesk(tmp_path_factory.mktemp("shop"))
    desk.order("#1")
    desk.save()
    desk.run_at("2026-03-02 09:00")
    desk.close()
    return desk


@pytest.fixture
def desk(watched):
    """The shop; workbook, configuration and rules are put back afterwards."""
    kept = {file: file.read_bytes() for file in watched.folder.rglob("*.yaml")}
    kept[watched.workbook] = watched.workbook.read_bytes()
    there = set(watched.folder.iterdir())
    yield watched
    for file in set(watched.folder.iterdir()) - there:
        file.unlink()
    for file, content in kept.items():
        file.write_bytes(content)
        os.utime(file, (local("2026-03-02 08:00").timestamp(),) * 2)


def look(desk, moment="2026-03-02 09:01", **more):
    """(level, topic, all words) of every diagnosis."""
    found = look_over(
        desk.config,
        now=local(moment),
        environment={"PASSWORD": "right"},
        wait=lambda _s: None,
        **more,
    )
    return [(d.level, d.topic, f"{d.sentence} {d.next_step}") for d in found]


def about(found, words):
    """The level of the one diagnosis that says `words`."""
    [level] = [level for level, _, text in found if words in text]
    return level


def rewrite(file, old, new):
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def standing(desk):
    """The workbook as if it had been saved before the pass."""
    os.utime(desk.workbook, (local("2026-03-02 08:00").timestamp(),) * 2)


def test_a_good_set_up_has_nothing_bad(desk):
    standing(desk)
    before = {f: f.read_bytes() for f in (desk.workbook, desk.config)}
    found = look(desk)
    assert [line for line in found if line[0] == "bad"] == []
    assert about(found, "The rules in") == "ok"
    assert about(found, "The store is sound") == "ok"
    assert about(found, "the next is due 2026-03-02 09:02") == "ok"
    assert about(found, "These addresses are placeholders") == "warn"
    assert about(found, "No monitor is called") == "note"
    assert about(found, "left out: the sheet has no column Vendor Confirmed") == "note"
    assert {f: f.read_bytes() for f in before} == before


def test_a_configuration_that_cannot_be_read_is_told_with_its_line(desk):
    rewrite(desk.config, "tab: Orders", "tabb: Orders")
    [(level, topic, text)] = look(desk)
    assert (level, topic) == ("bad", "config")
    assert "config.yaml:4" in text


def test_broken_rules_do_not_hide_the_rest(desk):
    rewrite(desk.folder / "rules" / "sla.yaml", "within: 2h", "within: 2hurs")
    found = look(desk)
    assert about(found, "sla.yaml:42") == "bad"
    assert about(found, "Passes go on with the last good set until then.") == "bad"
    assert about(found, "The store is sound") == "ok"


def test_a_calendar_in_another_zone_is_remarked(desk):
    rewrite(desk.config, "Africa/Johannesburg", "Europe/Berlin")
    assert about(look(desk), "Calendar warehouse is in Africa/Johannesburg") == "warn"


def test_an_absent_workbook_is_bad(desk):
    desk.workbook.unlink()
    assert about(look(desk), "There is no workbook") == "bad"


def test_missing_columns_and_your_own_are_named(desk):
    desk.save((*(h for h in HEADINGS if h not in {"Tracking Number", "SLA"}), "Shelf"))
    standing(desk)
    found = look(desk)
    assert about(found, "these are missing: Tracking Number.") == "warn"
    assert about(found, "The worker has no place for: SLA.") == "warn"
    assert about(found, "never touched: Shelf.") == "note"


def test_who_has_it_open_and_a_forgotten_owner_file_and_conflict_copies(desk):
    standing(desk)
    owner = desk.folder / ".~lock.tracker.xlsx#"
    owner.write_text(",lerato,packing-desk,02.03.2026 08:00,file:///x;")
    moment = local("2026-03-02 09:00").timestamp()
    os.utime(owner, (moment, moment))
    assert about(look(desk), "by lerato on packing-desk") == "note"
    assert about(look(desk, "2026-03-04 09:00"), "more than a day old") == "warn"
    (desk.folder / "tracker (conflicted copy).xlsx").write_bytes(desk.workbook.read_bytes())
    assert about(look(desk), "a sync client kept two versions") == "bad"


def test_a_file_from_the_future_and_a_clock_set_back_are_noticed(desk):
    later = local("2026-03-02 12:00").timestamp()
    os.utime(desk.workbook, (later, later))
    assert about(look(desk), "lies in the future. Set the clock") == "warn"
    assert about(look(desk, "2026-03-02 08:00"), "was set back") == "bad"


def test_a_worker_that_stopped_is_noticed_and_one_at_work_is_told(desk):
    standing(desk)
    assert about(look(desk, "2026-03-02 12:00"), "Start it with sheetsync run") == "warn"
    with exclusive(desk.folder / "state" / "worker.lock"):
        found = look(desk, "2026-03-02 12:00")
    assert about(found, f"A sheetsync is at work on this tracker (process {os.getpid()})") == "ok"
    assert about(found, "Look at its log.") == "warn"


def test_one_pass_that_failed_is_told_in_the_singular(tmp_path):
    desk = ShopDesk(tmp_path)
    desk.order("#1")
    desk.save()
    desk.run_at("2026-03-02 09:00")
    content = desk.workbook.read_bytes()
    desk.workbook.write_bytes(b"no workbook")
    desk.run_at("2026-03-02 09:02")
    desk.close()
    desk.workbook.write_bytes(content)
    standing(desk)
    assert about(look(desk, "2026-03-02 09:03"), "The last pass did not end well.") == "warn"


def test_paths_are_told_without_detours(desk):
    (desk.folder / "state").mkdir(exist_ok=True)
    roundabout = desk.folder / "state" / ".." / desk.config.name
    found = look_over(
        roundabout, now=local("2026-03-02 09:01"), environment={}, wait=lambda _s: None
    )
    assert not [d.sentence for d in found if "/../" in d.sentence]


def test_a_damaged_store_is_bad_and_none_is_only_a_note(tmp_path):
    desk = ShopDesk(tmp_path)
    desk.order("#1")
    desk.save()
    standing(desk)
    (tmp_path / "state.db").unlink()
    assert about(look(desk), "the first pass makes it. Run sheetsync sync.") == "note"
    sla = tmp_path / "rules" / "sla.yaml"
    good = sla.read_text()
    rewrite(sla, "within: 2h", "within: 2hurs")
    assert about(look(desk), "No good set was ever in force here") == "bad"
    sla.write_text(good)
    (tmp_path / "state.db").write_bytes(b"not a database at all" * 400)
    assert about(look(desk), "is damaged") == "bad"


@pytest.mark.parametrize(
    ("path", "client"),
    [("OneDrive - Shop/t.xlsx", "OneDrive"), ("Dropbox/t.xlsx", "Dropbox"), ("orders/t.xlsx", "")],
)
def test_folders_of_sync_clients_are_known(tmp_path, path, client):
    assert sync_client(tmp_path / path) == client


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@contextmanager
def mail_server(desk, authority, password):
    """A real SMTP server with STARTTLS and login, which the configuration names; gives (box, port)."""
    ca_file = desk.folder / "ca.pem"
    authority.cert_pem.write_to_path(ca_file)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    box = Postbox()
    with serving(box, password=password, tls_context=context) as port:
        rewrite(
            desk.config,
            "  mode: folder\n",
            f"  mode: smtp\n  host: 127.0.0.1\n  port: {port}\n  timeout: 5s\n  ca_file: ca.pem\n"
            "  from: orders@shop.co.za\n  username: orders\n  password: env:PASSWORD\n",
        )
        yield box, port


def test_the_mail_server_is_called_and_logged_in_to_but_gets_nothing(desk, authority):
    with mail_server(desk, authority, "right") as (box, _):
        found = look(desk, try_mail=True)
    assert about(found, "The mail server answers and accepts orders. Nothing was sent.") == "ok"
    assert about(found, "DKIM") == "note"
    assert box.received == []
    assert box.recipients == []


def test_a_password_file_that_others_may_read_is_told(desk):
    key = desk.folder / "mail.password"
    key.write_text("right")
    key.chmod(0o644)
    with desk.config.open("a") as config:
        config.write("  username: orders\n  password: file:mail.password\n")
    assert about(look(desk), f"may read {key}") == "warn"
    key.chmod(0o600)
    assert about(look(desk), "Nobody else may read") == "ok"


def test_a_refused_password_and_a_dead_server_are_bad(desk, authority):
    with mail_server(desk, authority, "another") as (_, port):
        assert about(look(desk, try_mail=True), "does not accept the user name") == "bad"
    found = look(desk, try_mail=True)
    assert about(found, f"127.0.0.1:{port} cannot be used") == "bad"
    assert about(look(desk), "The mail server was not called.") == "note"


def test_the_command_line_ends_with_one_when_something_is_bad(desk, capsys):
    assert run(["doctor", "--config", str(desk.folder / "none.yaml")]) == 1
    assert "1 to mend, 0 to look at" in capsys.readouterr().out
    assert run(["doctor", "--config", str(desk.config)]) == 0
    assert "It works" in capsys.readouterr().out
