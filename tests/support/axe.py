"""Pages held against axe-core, the usual accessibility checker, in a real Chromium; nothing is fetched.

axe-core is one file of JavaScript that npm brings: `.ci/run` puts it into `.axe/`.
"""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

AXE: Final = Path(__file__).resolve().parents[2] / ".axe/node_modules/axe-core/axe.min.js"
NEEDED = pytest.mark.skipif(
    shutil.which("chromium") is None or not AXE.is_file(),
    reason="Chromium or axe-core is not installed (npm install --no-save --no-package-lock --prefix .axe "
    "axe-core@4.14.1): mails are not held against an accessibility checker here",
)
_TIMEOUT: Final = 120
_HARNESS: Final = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>h</title><script src="%s"></script></head><body>
<script id="pages" type="application/json">%s</script>
<script>
(async () => {
  const pages = JSON.parse(document.getElementById("pages").textContent), found = {};
  const show = element => document.documentElement.replaceWith(document.adoptNode(element));
  for (const [name, page] of Object.entries(pages)) {
    show(new DOMParser().parseFromString(page, "text/html").documentElement);
    const dark = document.documentElement.dataset.dark === "yes";
    const rules = dark ? {runOnly: {type: "rule", values: ["color-contrast"]}} : {};
    const result = await axe.run(document, {resultTypes: ["violations"], ...rules});
    found[name] = {
      passes: result.passes.length,
      violations: result.violations.map(v => v.id + ": " + v.nodes.map(n => n.html.slice(0, 150)).join(" | ")),
    };
  }
  const told = document.createElement("pre");
  told.id = "told"; told.textContent = JSON.stringify(found);
  document.body.replaceChildren(told);
})();
</script></body></html>"""


def as_on_a_dark_screen(page: str) -> str:
    """The page with its colours for dark screens; of it only the contrast is looked at once more."""
    dark = page.replace("@media (prefers-color-scheme: dark)", "@media all")
    return dark.replace("<html ", '<html data-dark="yes" ', 1)


def audit(pages: Mapping[str, str], folder: Path) -> dict[str, Any]:
    """What axe-core says of each page: how many rules it passes, and each one that it violates."""
    pages_json = json.dumps(dict(pages)).replace("<", "\\u003c")
    harness = folder / "harness.html"
    harness.write_text(_HARNESS % (AXE.as_uri(), pages_json), encoding="utf-8")
    chromium = shutil.which("chromium")
    assert chromium is not None
    done = subprocess.run(
        [
            chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
            f"--user-data-dir={folder / 'profile'}", "--allow-file-access-from-files",
            "--blink-settings=preferredColorScheme=1",
            f"--virtual-time-budget={_TIMEOUT * 1000}", "--dump-dom", harness.as_uri(),
        ],
        capture_output=True, text=True, timeout=_TIMEOUT, check=False,
    )  # fmt: skip
    told = re.search(r'<pre id="told">(.*?)</pre>', done.stdout, re.DOTALL)
    assert told, f"Chromium told nothing: {done.stderr[-2000:]}"
    answer: dict[str, Any] = json.loads(html.unescape(told[1]))
    return answer
