"""A full disk: nothing is half-written, one sentence says so, and the work is done once there is room."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable
from pathlib import Path

import pytest

from sheetsync.cli.main import run
from tests.support.shop import Shop


def in_a_child(limit: int, work: Callable[[], int], log: Path) -> tuple[int, str]:
    """Do `work` in a process that may write no file longer than `limit` bytes; exit code and words."""
    child = os.fork()
    if not child:
        with log.open("w") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        os._exit(work())
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return code, log.read_text()


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = Shop(tmp_path / "shop")
    shop.add(*({"order_id": f"#SP-{n}", "allocated": "✓"} for n in range(150)))
    shop.look(shop.at("08:10"))
    shop.type_in("#SP-1", picked="✓")
    return shop


@pytest.mark.parametrize("limit", [2_000, 14_000])
def test_no_room_means_nothing_half_written_and_all_of_it_later(
    shop: Shop, tmp_path: Path, limit: int
):
    before = shop.workbook.read_bytes()

    code, said = in_a_child(
        limit, lambda: run(["sync", "--config", str(shop.config)]), tmp_path / "said"
    )

    assert code == 1, said
    assert "Traceback" not in said
    assert shop.workbook.read_bytes() == before
    assert shop.litter() == []
    assert shop.mails() == []
    assert shop.look(shop.at("08:20")).outcome == "done"
    assert shop.cell("#SP-1", "status") == "Packing"
