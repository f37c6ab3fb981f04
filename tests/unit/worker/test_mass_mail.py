"""The message breaker: more mails in one pass than work makes wait for a person; the sheet is written all the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from sheetsync.cli.main import cli
from sheetsync.domain.guard import GuardLimits
from sheetsync.rulebook import load_rules
from sheetsync.worker.outbox_desk import Choice, chosen, settle
from tests.support.shop import ROOT, Shop
from tests.support.watched_sheet import WatchedSheet

PEOPLE = tuple(f"Packer {n}" for n in range(30))


@pytest.fixture
def rules(tmp_path):
    """Thirty packers with an address each, and no cap but the guard's."""
    folder = tmp_path / "rules"
    folder.mkdir()
    for file in (ROOT / "rules").glob("*.yaml"):
        text = file.read_text()
        if file.name == "escalation.yaml":
            everybody = ", ".join(f"{name}: p{n}@example.org" for n, name in enumerate(PEOPLE))
            text = text.replace("Thabo: thabo@example.org, Lerato: lerato@example.org", everybody)
            text = text.replace("max_emails_per_pass: 30", "max_emails_per_pass: 100")
            text = text.replace("after: breach + 2h", "after: breach + 90h")
            text = text.replace("after: breach + 1 working day", "after: breach + 99h")
        (folder / file.name).write_text(text)
    return load_rules(folder)


def overdue(tmp_path, rules, limits: GuardLimits | None = None) -> WatchedSheet:
    """Everything in the sheet runs past its limit in one night."""
    sheet = WatchedSheet(tmp_path, rules=rules, limits=limits)
    sheet.put("handler", [PEOPLE[n % 30] for n in range(40)])
    sheet.look()
    sheet.put("notes", ["x"])
    sheet.look()
    return sheet


def test_all_of_them_wait_the_owner_is_told_and_the_sheet_is_written(tmp_path, rules):
    sheet = overdue(tmp_path, rules, GuardLimits(mails_share=0.1, min_rows=4))
    result = sheet.look(minutes=60 * 24)
    made = len(result.plan.notices)
    assert made > 4
    assert (result.outcome, sheet.store.tracker_state(sheet.id).state) == ("done", "active")
    assert result.cells > 0
    assert sheet.subjects() == [
        f"{made} mails about the tracker are held back until you release them"
    ]
    outbox = sheet.store.outbox(sheet.id)
    held = outbox.in_states(("held",))
    assert len(held) == made
    assert f"One pass made {made} mails at once" in held[0].last_error
    sheet.look()
    assert len(sheet.subjects()) == 1, "they wait on, and the owner is not told again"

    chosen_rows = chosen(outbox, Choice(everything=True), "release")
    assert settle(outbox, chosen_rows[1:], "release", who="Lerato", now=sheet.now) == made - 1
    assert settle(outbox, chosen_rows[:1], "drop", who="Lerato", now=sheet.now) == 1
    sheet.look()
    assert len(sheet.subjects()) == 1 + made - 1
    assert outbox.counts() == {"sent": made, "dropped": 1}
    assert "Dropped by Lerato." in [detail for _, _, detail in outbox.events(chosen_rows[0].id)]
    sheet.close()


def test_a_limit_of_messages_counts_whatever_the_size_of_the_sheet(tmp_path, rules):
    sheet = overdue(tmp_path, rules, GuardLimits(mails=5, mails_share=1.0))
    result = sheet.look(minutes=60 * 24)
    assert "the limit is 5" in sheet.store.outbox(sheet.id).in_states(("held",))[0].last_error
    assert len(result.plan.notices) > 5
    sheet.close()


def test_within_the_limits_mails_leave(tmp_path, rules):
    sheet = overdue(tmp_path, rules, GuardLimits(mails_share=1.0))
    made = len(sheet.look(minutes=60 * 24).plan.notices)
    assert len(sheet.subjects()) == made
    sheet.close()


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[Shop, Path]:
    """Six orders past their limit, and a guard that holds more than one mail."""
    shop = Shop(tmp_path_factory.mktemp("mass") / "shop", more="guard: {mails: 1, min_rows: 1}\n")
    shop.add(*({"order_id": f"#SP-{n}", "allocated": True} for n in range(6)))
    shop.look(shop.at("08:10"))
    shop.type_in("#SP-1", picked=True)
    shop.type_in("#SP-2", picked=True, handler="Lerato")
    shop.look(shop.at("08:12"))
    shop.look(shop.at("12:40"))
    return shop, shop.snapshot()


@pytest.fixture
def shop(made) -> Shop:
    shop, snapshot = made
    shop.restore(snapshot)
    return shop


class TestTheVerbs:
    """`sheetsync outbox` on a real folder."""

    def call(self, shop: Shop, *words: str):
        return CliRunner().invoke(cli, ["outbox", *words, "--config", str(shop.config)])

    def test_list_shows_what_waits_and_why(self, shop):
        shown = self.call(shop, "list", "--format", "json").stdout
        assert '"state": "held"' in shown
        assert "mails at once" in shown
        assert "No." in self.call(shop, "list", "--all").stdout

    def test_release_lets_them_go_with_the_next_pass(self, shop):
        waiting = shop.mails_about_orders()
        assert waiting == []
        assert (
            "released; they leave with the next pass" in self.call(shop, "release", "--all").stdout
        )
        shop.look(shop.at("12:42"))
        assert shop.mails_about_orders()

    def test_drop_means_never(self, shop):
        assert "dropped" in self.call(shop, "drop", "--all", "--kind", "escalation").stdout
        shop.look(shop.at("12:42"))
        assert shop.mails_about_orders() == []
        assert "No message waits." in self.call(shop, "list").stdout

    @pytest.mark.parametrize(
        ("words", "says"),
        [(["release"], "Say which messages"), (["drop", "99"], "There is no message 99 to drop")],
    )
    def test_a_call_that_means_nothing_is_told(self, shop, words, says):
        answer = self.call(shop, *words)
        assert says in str(answer.exception)
