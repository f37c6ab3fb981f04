"""What a user installs is whole: rules, template and example configuration travel in wheel and sdist."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CARRIED = ("rules", "templates")


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """A folder with the sdist, and the wheel built from that sdist, made from a copy of the tree."""
    work = tmp_path_factory.mktemp("build")
    source = work / "source"
    shutil.copytree(
        ROOT, source,
        ignore=shutil.ignore_patterns(".git", ".venv", "*cache*", "__pycache__", "demo", "dist", "out"),
    )  # fmt: skip
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(work / "dist"), str(source)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return work / "dist"


def shipped_files() -> set[str]:
    return {
        str(path.relative_to(ROOT))
        for folder in CARRIED
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.name != ".gitkeep"
    } | {"config.example.yaml"}


def test_the_wheel_carries_every_rule_file_the_template_and_the_example_configuration(built):
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
    assert {f"sheetsync/_data/{name}" for name in shipped_files()} <= names
    assert not [name for name in names if name.startswith(("rules/", "tests/", "templates/"))]


def test_the_sdist_carries_what_the_wheel_is_built_from_and_the_tests(built):
    with tarfile.open(next(built.glob("*.tar.gz"))) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert shipped_files() <= names
    assert {
        "README.md",
        "CHANGELOG.md",
        "constraints.txt",
        "Makefile",
        "tests/conftest.py",
    } <= names


@pytest.mark.slow
def test_an_installed_wheel_shows_its_rules_and_makes_a_tracker_without_the_checkout(
    built, tmp_path
):
    """Only the wheel is installed; what it depends on is lent by this environment."""
    home = tmp_path / "env"
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    site = next((home / "lib").glob("python3*/site-packages"))
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        wheel.extractall(site)
    lent = [p for p in sys.path if p.endswith("site-packages")]
    (site / "lent.pth").write_text("\n".join(lent))

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [str(python), "-I", "-m", "sheetsync", *arguments], cwd=tmp_path, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert str(ROOT) not in run("rules", "check")
    run("init", "shop", "--timezone", "Africa/Johannesburg")
    assert (tmp_path / "shop" / "tracker.xlsx").is_file()
    assert (tmp_path / "shop" / "rules" / "sla.yaml").is_file()
    run("sync", "--config", "shop/config.yaml")


def test_constraints_hold_only_pinned_names():
    """No addresses, no index options: a lock that works with any registry."""
    for line in (ROOT / "constraints.txt").read_text().splitlines():
        name, _, version = line.partition("==")
        assert name, line
        assert version, line
        assert not set("@:/ ") & set(line), line
