"""What stands in a cell, a heading or a title names no file: everything stays within the tracker's folder."""

from __future__ import annotations

import re

import pytest

from tests.support.shop import Shop

NAMES = (
    "../../evil",
    "/etc/cron.d/evil",
    "CON",
    "evil\\..\\..\\x",
    "~$x",
    "a/b/c",
    "..",
    "\u202elsx.exe",
)
PLAIN = re.compile(r"[A-Za-z0-9._-]+")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A shop whose sheet is full of such names, after passes that stamped, mailed, copied and logged."""
    around = tmp_path_factory.mktemp("around")
    shop = Shop(
        around / "shop",
        rules={
            "sla.yaml": [
                ("within: 4h}                                   # [S0]", "within: 4m} # [S0]")
            ]
        },
    )
    shop.add(*(
        {"order_id": f"{name}-{n}", "allocated": "✓", "handler": name, "customer": name, "carrier": name}
        for n, name in enumerate(NAMES)
    ))  # fmt: skip
    shop.look(shop.at("08:10"))
    for n, name in enumerate(NAMES):
        shop.type_in(f"{name}-{n}", picked="✓", notes=name)
    shop.look(shop.at("08:12"))
    shop.look(shop.at("09:30"))
    assert shop.mails()
    return around


def test_no_file_appears_outside_the_tracker_s_folder(folder):
    assert [path.name for path in folder.iterdir()] == ["shop"]


def test_no_file_bears_the_name_of_a_cell(folder):
    names = {part for path in folder.rglob("*") for part in path.relative_to(folder).parts}
    assert not [name for name in names if not PLAIN.fullmatch(name)]
    assert not [name for name in names if any(word in name for word in ("evil", "CON", "cron"))]
