"""What people type into Inquiries reaches the figures, and no word of it reaches the store."""

from __future__ import annotations

import json

from sheetsync.cli.clock import Clock
from sheetsync.cli.main import run
from tests.support.opened import opened
from tests.support.shop import Shop, local

HEADINGS = ("Inquiry ID", "Order ID", "Received At", "Channel", "From", "Question", "Assigned To",
            "First Response At", "Resolved At", "Outcome", "Topic")  # fmt: skip


def test_an_inquiry_is_counted_and_its_words_stay_in_the_tracker(tmp_path, capsys):
    named = {"kpi.yaml": [("tabs: []  ", "tabs: [Inquiries]  ")]}
    shop = Shop(tmp_path / "shop", rules=named)
    shop.add({"order_id": "#SP-1"})
    book = opened(shop.workbook)
    sheet = book.create_sheet("Inquiries")
    sheet.append(list(HEADINGS))
    sheet.append(["1", "#SP-1", local("08:00"), "phone", "Thandi", "secret question", "Lerato",
                  local("08:45"), None, None, "Where is it"])  # fmt: skip
    book.save(shop.workbook)
    assert shop.look(shop.at("09:00")).outcome == "done"
    capsys.readouterr()
    asked = ["report", "--month", "2026-03", "--format", "json", "--config", str(shop.config)]
    assert run(asked, clock=Clock(lambda: shop.at("09:05"))) == 0
    found = {kpi["id"]: kpi for kpi in json.loads(capsys.readouterr().out)["kpis"]}
    assert found["update_response_time_median"]["value"] == 0.75
    assert found["update_response_time_median"]["note"] == "by topic: Where is it 1"
    assert "not measured" in found["issue_resolution_time_median"]["note"]
    assert (
        run(
            ["lookup", "#SP-1", "--config", str(shop.config)], clock=Clock(lambda: shop.at("09:05"))
        )
        == 0
    )
    told = " ".join(capsys.readouterr().out.split())
    assert 'Inquiries: "Where is it" since Mon 9 Mar 08:00, 1 h ago; answered, not settled.' in told
    kept = b"".join(path.read_bytes() for path in shop.folder.glob("state.db*"))
    assert b"secret question" not in kept
