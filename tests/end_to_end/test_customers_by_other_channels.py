"""One order through its milestones over mail and one over HTTP, with what falls back, and a call as a task."""

from __future__ import annotations

from pathlib import Path

from openpyxl import load_workbook

from tests.support.customers import CustomerShop
from tests.support.hook_server import hook_server
from tests.support.postbox import Postbox, serving
from tests.support.shop import local, read_tab

SMTP = "{{mode: smtp, host: 127.0.0.1, port: {port}, from: orders@example.org, tls: none}}"
CHANNELS = "channels:\n  app: {{kind: webhook, address: '{address}', secret: 'file:hook.secret'}}\n"
PEOPLE = (
    ("Customer ID", "Name", "Email", "Phone", "Preferred Channel", "Consent Updates"),
    ("C-1", "Thandi Nkosi", "thandi@example.org", "", "app", True),
    ("C-2", "Ute Maier", "ute@example.org", "0170 1234567", "sms", True),
    ("C-3", "Ana Souza", "", "+55 11 91234 5678", "phone", True),
    ("C-4", "Ben Okafor", "ben@example.org", "", "", False),
)
STEPS = (
    ("09:00", {"allocated": "✓"}, "processing"),
    ("10:00", {"picked": "✓", "packed": "✓", "carrier": "UPS"}, "packed"),
    ("11:00", {"dispatched_at": local("10:50"), "eta": local("00:00", 2)}, "shipped"),
    ("15:00", {"status": "Delivered", "delivered_at": local("14:50")}, "delivered"),
)  # fmt: skip


def customers(shop: CustomerShop) -> None:
    """Give the tracker a Customers tab."""
    book = load_workbook(shop.workbook)
    tab = book.create_sheet("Customers")
    for row in PEOPLE:
        tab.append(row)
    book.save(shop.workbook)


def test_each_customer_is_told_by_the_channel_they_prefer_or_the_next_best(tmp_path: Path):
    box = Postbox()
    with hook_server() as hook, serving(box) as port:
        at_once = {"notifications.yaml": [("settle: 3m  ", "settle: 0m  ")]}
        shop = CustomerShop(
            tmp_path / "shop", mail=SMTP.format(port=port), rules=at_once,
            more=CHANNELS.format(address=hook.address),
        )  # fmt: skip
        (shop.folder / "hook.secret").write_text("a secret of this very test\n")
        customers(shop)
        shop.look(shop.at("08:00"))
        names = [row[1] for row in PEOPLE[1:]]
        shop.add(
            *(
                shop.order(f"#SP-{number}", customer=name, customer_email="")
                for number, name in enumerate(names, start=1)
            )
        )
        shop.look(shop.at("08:06"))
        told = ["order_confirmed"]
        for clock, cells, kind in STEPS:
            for number in range(1, 5):
                mine = {**cells, "tracking": f"1Z999AA1012345678{number}"} if "carrier" in cells else cells  # fmt: skip
                shop.type_in(f"#SP-{number}", **mine)
            shop.look(shop.at(clock))
            told.append(kind)
        shop.look(shop.at("15:10"))
        tab = read_tab(shop.workbook, "Messages")
        with shop.workshop() as workshop:
            tasks = workshop.store.follow_ups(workshop.state.id).open_tasks()
            rows = workshop.store.outbox(workshop.state.id).latest(100)
        shop.rest()
    calls = [body["data"] for body in hook.bodies]
    assert [call["kind"] for call in calls] == told
    assert {(call["to"], *call["orders"]) for call in calls} == {("C-1", "#SP-1")}
    assert len({headers["webhook-id"] for _, headers, _ in hook.calls}) == len(told)
    assert set(box.recipients) == {"ute@example.org"}
    assert len(box.received) == len(told)
    assert [task.order_id for task in tasks] == ["#SP-3"] * len(told)
    assert all("+5511912345678" in task.text for task in tasks)
    assert {row.state for row in rows if row.orders == ("#SP-4",)} == {"suppressed"}
    lines = [row for row in tab[5:] if row[3] == "customer"]
    assert {row[6] for row in lines if row[2] == "#SP-1"} == {"app"}
    fallen = {row[7] for row in lines if row[2] == "#SP-2"}
    assert fallen == {"The customer prefers sms, which is not set up."}
    assert not any("91234" in str(cell) for row in tab for cell in row)
