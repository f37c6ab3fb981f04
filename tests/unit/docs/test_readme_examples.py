"""The README's first commands are run as they stand there, in an empty folder, on a real workbook."""

from __future__ import annotations

import contextlib
import re
import shlex
from pathlib import Path

import openpyxl
import pytest

from sheetsync.cli.main import EXIT_CODES, run

ROOT = Path(__file__).resolve().parents[3]
NOT_RUN_HERE = {"run", "demo"}
"""The daemon does not end by itself, and the demo has tests of its own."""
ORDERS = """\
Order ID,Order Date & Time,Customer Name / ID,SKU(s) Ordered,Order Priority
#SP-20491,2026-03-02 09:15,Thandi Nkosi,MUG-01 x2,Standard
#SP-20492,2026-03-02 09:40,Sipho Dlamini,TEE-L x1,Expedited
"""


def readme_commands() -> list[list[str]]:
    """The arguments of every `sheetsync` command in the README's console blocks."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    lines = [line.partition("   #")[0] for block in blocks for line in block.splitlines()]
    calls = [shlex.split(line.removeprefix("$ ")) for line in lines if "bin/sheetsync " in line]
    return [call[1:] for call in calls]


def stand_still_at_once(config: Path) -> None:
    """Nobody else saves the workbook here, so no command need wait for it to stand still."""
    text = config.read_text()
    assert "# stable_seconds: 2\n" in text
    config.write_text(text.replace("# stable_seconds: 2\n", "stable_seconds: 0\n"))


def test_the_readme_shows_the_way_from_nothing_to_a_running_worker():
    verbs = [call[0] for call in readme_commands()]
    assert verbs == ["init", "intake", "plan", "sync", "run"]


def test_the_first_commands_of_the_readme_do_what_it_says(tmp_path, capsys):
    (tmp_path / "orders.csv").write_text(ORDERS)
    with contextlib.chdir(tmp_path):
        for call in readme_commands():
            if call[0] not in NOT_RUN_HERE:
                assert run(call) == 0, (call, capsys.readouterr())
            if call[0] == "init":
                stand_still_at_once(tmp_path / "shop" / "config.yaml")
        assert run(["intake", "orders.csv", "--config", "shop/config.yaml"]) == 0
        assert run(["sync", "--config", "shop/config.yaml"]) == 0
        capsys.readouterr()
        assert run(["explain", "#SP-20492", "--config", "shop/config.yaml"]) == 0
        assert "sla.yaml:" in capsys.readouterr().out
        assert (
            run(["report", "--config", "shop/config.yaml", "--month", "2026-03", "--format", "csv"])
            == 0
        )
        assert "Orders placed" in capsys.readouterr().out
    sheet = openpyxl.load_workbook(tmp_path / "shop" / "tracker.xlsx")["Orders"]
    ids = [row[0].value for row in sheet.iter_rows(min_row=2) if row[0].value]
    assert ids == ["#SP-20491", "#SP-20492"]


@pytest.mark.parametrize("document", ["README.md", "docs/operations.md"])
def test_every_exit_code_is_told(document):
    text = (ROOT / document).read_text(encoding="utf-8")
    codes = re.findall(r"(?:^| {2,})(\d{1,2})  ", EXIT_CODES, re.MULTILINE)
    assert set(codes) == {"0", "1", "2", "3", "70", "75", "78"}
    told = text.partition("Exit code")[2]
    assert not [code for code in codes if not re.search(rf"[\s|]{code} [a-z|]", told)]
