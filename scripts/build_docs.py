"""Rebuild the parts of the documents that code and rule files can tell better than a person.

Each lies between `<!-- generated: NAME -->` and `<!-- end -->`; everything else in a document is left as
it is. `python scripts/build_docs.py` writes them anew; a test fails while one of them is not current.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from scripts.doc_tables import BLOCKS  # noqa: E402 - found once the checkout is on the path

_BLOCK: Final = re.compile(r"(<!-- generated: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def rebuilt(text: str, blocks: Mapping[str, Callable[[], str]] = BLOCKS) -> str:
    """`text` with every generated block made anew; raises KeyError for a name that nothing makes."""
    return _BLOCK.sub(lambda found: f"{found[1]}\n{blocks[found[2]]().strip()}\n\n{found[3]}", text)


def block_names(text: str) -> tuple[str, ...]:
    """The names of the generated blocks in a document."""
    return tuple(found[2] for found in _BLOCK.finditer(text))


def documents() -> list[Path]:
    """Every document of the project."""
    return [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


def main() -> None:
    """Write every document whose generated parts are not current."""
    for path in documents():
        old = path.read_text(encoding="utf-8")
        new = rebuilt(old)
        if new != old:
            path.write_text(new, encoding="utf-8")
            print(f"{path.relative_to(ROOT)} written anew")


if __name__ == "__main__":
    main()
