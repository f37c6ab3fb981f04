"""Forty orders late at once, by a real mail server: one mail for each manager, and one for what is critical."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default as policy
from pathlib import Path

import pytest

from tests.support.postbox import Postbox, serving
from tests.support.shop import Shop, local
from tests.support.workbook_person import WorkbookPerson

STAFF = [
    ["Name", "Role", "Email", "Active"],
    ["Sizwe", "Floor lead", "sizwe@karoo.example"],
    ["Zanele", "Floor lead, Ops manager", "zanele@karoo.example", True],
    ["Pieter", "Floor lead", "pieter@karoo.example", False],
]
RULES = {
    "escalation.yaml": [
        ("floor_lead: [lead@example.org]",
         "floor_lead: {from_staff: {role: Floor lead}, fallback: desk}\n  desk: [desk@karoo.example]"),
        ("    fallback: floor_lead   ", "    fallback: desk   "),
        ("ops_manager: [ops@example.org]",
         "ops_manager: {from_staff: {role: Ops manager}, fallback: desk}"),
        ("start_at_level: 3}", "start_at_level: 3, critical: yes}"),
    ]
}  # fmt: skip


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = Shop(tmp_path / "shop", rules=RULES)
    WorkbookPerson(shop.workbook).write_tab("Staff", STAFF)
    shop.look(shop.at("08:10"))
    shop.add(*({"order_id": f"#SP-{n}", "ordered_at": local("08:05"), "handler": "Thabo",
                "priority": "Expedited" if n == 107 else "Standard"} for n in range(100, 140)))  # fmt: skip
    shop.look(shop.at("08:12"))
    return shop


def test_forty_breaches_at_once_are_one_mail_for_each_manager_and_one_critical(shop: Shop):
    box = Postbox()
    with serving(box) as port:
        shop.configure(
            mail=f"{{mode: smtp, host: 127.0.0.1, port: {port}, tls: none, from: orders@example.org}}"
        )
        shop.look(shop.at("12:10"))
        shop.look(shop.at("12:12"))
    mails = [message_from_bytes(content, policy=policy) for content in box.received]
    subjects = {
        (str(mail["To"]).partition("<")[2][:-1] or str(mail["To"]), str(mail["Subject"]))
        for mail in mails
    }
    late = "Level 2: 39 orders over their limit"
    assert subjects == {
        ("thabo@example.org", late), ("sizwe@karoo.example", late), ("zanele@karoo.example", late),
        ("zanele@karoo.example", "Critical, level 3: 1 order over its limit"),
    }  # fmt: skip
    assert len(mails) == 4
    assert str(mails[0]["Subject"]).startswith("Critical")
    critical = mails[0].get_body(("plain",)).get_content()
    assert "#SP-107" in critical
    assert "#SP-108" not in critical


def test_in_the_night_only_what_is_critical_leaves(shop: Shop):
    shop.type_in("#SP-107", priority="Standard")
    shop.look(shop.at("16:00"))
    shop.add({"order_id": "#SP-150", "ordered_at": local("15:50"), "priority": "Expedited"},
             {"order_id": "#SP-151", "ordered_at": local("12:50")})  # fmt: skip
    shop.look(shop.at("16:45"))
    before = len(shop.mails())
    result = shop.look(shop.at("19:00"))
    assert result.plan is not None
    waits = {notice.level: notice.not_before is not None for notice in result.plan.notices}
    assert waits == {3: False, 2: True}
    assert len(shop.mails()) == before + 1
    assert [m.to for m in shop.mails() if "Critical" in m.subject] == [
        "Zanele <zanele@karoo.example>"
    ]
