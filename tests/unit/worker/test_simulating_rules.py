"""A simulation replays what is on record under other rules, and touches nothing."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sheetsync.cli.main import run
from sheetsync.cli.simulate_view import show_comparison
from sheetsync.errors import RulesError, UsageError
from sheetsync.worker.simulate import simulate
from tests.support.open_shop import OpenShop
from tests.support.shop import ZONE, Shop, local

BEAT = timedelta(minutes=2)
FOUR_HOURS = "within: 4h}                                   # [S0]"


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """Half a day of a small shop: a late packing, a hold, a slip, a cancelled and a new order."""
    shop = OpenShop(tmp_path_factory.mktemp("simulate") / "shop")
    shop.add(
        {"order_id": "#SP-1", "allocated": "✓"}, {"order_id": "#SP-2"},
        {"order_id": "#SP-3", "priority": "Urgentt"},
    )  # fmt: skip
    shop.now = shop.at("08:08")
    watch(shop, shop.at("08:10"))
    shop.type_in("#SP-1", picked="✓")
    watch(shop, shop.at("08:38"))
    shop.type_in("#SP-2", allocated="✓")
    shop.type_in("#SP-3", priority="Expedited")
    shop.add({"order_id": "#SP-4", "ordered_at": local("08:30")})
    watch(shop, shop.at("08:58"))
    shop.type_in("#SP-2", status="On Hold")
    watch(shop, shop.at("12:38"))
    shop.type_in("#SP-1", packed="✓", notes="late, sorry")
    shop.type_in("#SP-2", status=None)
    watch(shop, shop.at("12:44"))
    shop.type_in("#SP-1", dispatched_at=local("12:44"))
    shop.type_in("#SP-4", status="Cancelled")
    watch(shop, shop.at("12:50"))
    yield shop
    shop.rest()


def watch(shop, until):
    """A worker that looks every two minutes; looks at which nothing can have fallen due are left out."""
    with shop.workshop() as workshop:
        soon = shop.now + BEAT
        while shop.now < until:
            shop.now = min(max(soon, shop.now + BEAT), until)
            workshop.run_pass(shop.now)
            soon = beat(workshop.state.next_change_at)


def beat(moment):
    """The first even minute that is not before `moment`; long ago for None."""
    if moment is None:
        return datetime.min.replace(tzinfo=UTC)
    return moment + timedelta(seconds=-moment.timestamp() % BEAT.total_seconds())


@pytest.fixture
def other_rules(shop, tmp_path):
    """A copy of the shop's rules, to be changed."""
    return copied(shop, tmp_path)


@pytest.fixture(scope="module")
def strict_rules(shop, tmp_path_factory):
    """Four minutes for packing where four hours are meant."""
    folder = copied(shop, tmp_path_factory.mktemp("strict"))
    change(folder, "sla.yaml", FOUR_HOURS, "within: 4m}  # [S0]")
    return folder


@pytest.fixture(scope="module")
def strict(shop, strict_rules):
    """What those would have done."""
    return replay(shop, strict_rules)


def copied(shop, place):
    return Path(shutil.copytree(shop.rules, place / "rules"))


def change(folder, file, old, new):
    text = (folder / file).read_text()
    assert text.count(old) == 1
    (folder / file).write_text(text.replace(old, new))


def replay(shop, folder, **more):
    with shop.workshop() as workshop:
        return simulate(workshop, folder, shop.now, **more)


def test_under_the_same_rules_the_replay_is_what_happened(shop, other_rules):
    answer = replay(shop, other_rules)
    assert answer.more == answer.fewer == answer.statuses == ()
    with shop.workshop() as workshop:
        recorded = workshop.store.recorded(workshop.state.id, shop.now, workshop.timezone)
    assert recorded.mails
    assert told(answer.mails) == told(recorded.mails)
    assert all(one.mails[0] == one.mails[1] for one in answer.recipients)
    assert all(day.late[0] == day.late[1] for day in answer.days)


def told(mails):
    return sorted(
        (mail.at, mail.recipient, mail.subject, mail.level, mail.orders) for mail in mails
    )


def test_a_stricter_limit_shows_whom_it_would_have_hit_and_when(shop, strict):
    breach = next(mail for mail in strict.mails if "#SP-1" in mail.orders and mail.level == 2)
    assert breach.at == shop.at("08:18")
    assert breach.recipient in {one.address for one in strict.recipients}
    assert [day.day.isoformat() for day in strict.days] == ["2026-03-09"]


def test_a_looser_limit_shows_what_would_not_have_been_flagged(shop, other_rules):
    change(other_rules, "sla.yaml", FOUR_HOURS, "within: 24h}  # [S0]")
    answer = replay(shop, other_rules)
    assert "#SP-1" in {flag.order_id for flag in answer.fewer}
    assert not [m for m in answer.mails if "#SP-1" in m.orders and m.at < shop.at("12:40")]


def test_a_new_check_is_played_on_the_columns_that_people_filled(shop, other_rules):
    with (other_rules / "columns.yaml").open("a") as file:
        file.write(
            "\n  - id: sorry\n    when: {notes: {contains: sorry}}\n    severity: error\n"
            "    columns: [notes]\n    message: Do not say sorry.\n"
        )
    (flag,) = replay(shop, other_rules).more
    assert (flag.order_id, flag.at) == ("#SP-1", shop.at("12:40"))
    assert "Do not say sorry" in flag.text


def test_people_of_the_tab_staff_are_their_fallbacks_in_a_replay_and_digests_are_left_out(
    shop, other_rules
):
    lead = "floor_lead: [lead@example.org]"
    change(other_rules, "escalation.yaml", lead,
           f"{lead}\n  leads: {{from_staff: {{role: Lead}}, fallback: floor_lead}}")  # fmt: skip
    change(other_rules, "escalation.yaml", "who: [handler, floor_lead]", "who: [handler, leads]")
    change(
        other_rules,
        "escalation.yaml",
        "limits: {max",
        "digests:\n  - {who: [leads], at: '08:00'}\nlimits: {max",
    )
    answer = replay(shop, other_rules)
    assert "lead@example.org" in {mail.recipient for mail in answer.mails}
    assert {mail.level for mail in answer.mails} >= {2}
    assert 0 not in {mail.level for mail in answer.mails}
    assert any("the tab “Staff” is not on record" in note for note in answer.notes)


def test_since_leaves_out_what_came_before_and_tells_what_stood_at_the_start(shop, strict_rules):
    answer = replay(shop, strict_rules, since=shop.at("09:00"))
    assert answer.start == shop.at("09:00")
    assert all(mail.at >= shop.at("09:00") for mail in answer.mails)
    assert answer.opening[0] == 1
    assert any("#SP-1" in mail.orders for mail in answer.mails)


def test_neither_store_nor_sheet_nor_mail_folder_is_touched(shop, strict_rules, strict, capsys):
    shop.rest()
    before = contents(shop)
    place = ["--config", str(shop.config), "--rules", str(strict_rules)]
    assert run(["simulate", *place, "--since", "2026-03-09", "--format", "json"]) == 0
    assert contents(shop) == before
    answer = json.loads(capsys.readouterr().out)
    assert len(answer["mails"]) == len(strict.mails)
    assert answer["not_in_history"]


def contents(shop):
    """Every file of the tracker's folder, to the byte."""
    return {
        str(path.relative_to(shop.folder)): path.read_bytes()
        for path in sorted(shop.folder.rglob("*"))
        if path.is_file()
    }


def test_people_see_days_orders_mails_and_what_history_does_not_hold(strict, capsys):
    show_comparison(strict, ZONE, everything=True)
    shown = capsys.readouterr().out
    for words in ("2026-03-09", "#SP-1", "thabo@example.org", "What history does not hold",
                  "as if the worker had never stood still", "Nothing was written or sent."):  # fmt: skip
        assert words in " ".join(shown.split())


def test_bad_rules_a_bad_date_and_no_history_are_told(shop, other_rules, tmp_path, capsys):
    change(other_rules, "sla.yaml", FOUR_HOURS, "within: 4 hurs}  # [S0]")
    with pytest.raises(RulesError, match="4 hurs"):
        replay(shop, other_rules)
    with pytest.raises(UsageError, match="nothing is on record after that"):
        replay(shop, shop.rules, since=shop.now + timedelta(days=1))
    fresh = Shop(tmp_path / "fresh")
    with pytest.raises(UsageError, match="no history"):
        replay(fresh, fresh.rules)
    place = ["--config", str(shop.config), "--rules", str(shop.rules)]
    assert run(["simulate", *place, "--since", "soon"]) == 2
    assert "not a date" in capsys.readouterr().err
