"""`python -m bench` runs every benchmark; `python -m bench decide` only that one, without headings.

The exit code is 1 when any stated limit is missed.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import platform
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd

import bench


def main(names: list[str]) -> int:
    """Run the benchmarks named, or all of them; 0 when every limit is kept, 2 for an unknown name."""
    known = _benchmarks()
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}. There are: {', '.join(known)}.")
        return 2
    if not names:
        print(_machine())
    kept = [_show(known[name], heading=not names) for name in names or known]
    return 0 if all(kept) else 1


def _benchmarks() -> dict[str, ModuleType]:
    """The modules of this folder that have a `run`, by name."""
    names = [found.name for found in pkgutil.iter_modules(bench.__path__) if found.name[0] != "_"]
    modules = {name: importlib.import_module(f"bench.{name}") for name in names}
    return {name: module for name, module in modules.items() if hasattr(module, "run")}


def _show(benchmark: ModuleType, *, heading: bool) -> bool:
    """Print one benchmark line by line as it goes on; whether it kept its limits."""
    if heading:
        print(f"\n{benchmark.TITLE}")
    kept = True
    for line in benchmark.run():
        print(f"  {line}" if heading else line, flush=True)
        kept = kept and line.kept
    return kept


def _machine() -> str:
    """What the figures were taken on; ratios carry over to another machine, seconds do not."""
    python = f"Python {platform.python_version()}, numpy {np.__version__}, pandas {pd.__version__}"
    return f"{_processor()}, {os.cpu_count()} processors, {platform.system()}; {python}"


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    lines = told.read_text(encoding="utf-8").splitlines() if told.exists() else []
    named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
