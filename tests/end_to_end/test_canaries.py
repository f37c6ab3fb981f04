"""A secret and a customer are marked, and looked for in everything that the worker leaves behind."""

from __future__ import annotations

import base64
import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult

from sheetsync.cli.clock import Clock
from sheetsync.cli.main import run
from sheetsync.worker.log import WorkerLog
from tests.support.postbox import Postbox, serving
from tests.support.shop import Shop

SECRET = "canary-5ecret-Pa55"
URL_SECRET = "canary-ping-7f3a"
PERSON = {"customer": "Canaria Kanarievogel", "customer_email": "canaria@birds.example",
          "notes": "call 082 555 0199 canaria"}  # fmt: skip
TOLD = ("canaria", "kanarievogel", "birds.example", "555 0199")


def every_byte(folder: Path) -> dict[str, bytes]:
    """Everything under a folder, packed workbooks apart, which hold what staff typed."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".xlsx"
    }


def echo(_server, _session, _envelope, _mechanism, data):
    """A mail server that says aloud what it was told."""
    said = f"535 5.7.8 {data.password.decode()} is wrong {base64.b64encode(data.password).decode()}"
    return AuthResult(success=False, handled=False, message=said)


def boom():
    raise RuntimeError("a defect, for the sake of its traceback")


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_password_and_the_address_of_the_monitor_are_nowhere(tmp_path, capsys, monkeypatch):
    shop = Shop(tmp_path / "shop")
    shop.add({"order_id": "#SP-1", "allocated": "✓"})
    shop.look(shop.at("08:10"))
    shop.type_in("#SP-1", picked="✓")
    shop.look(shop.at("08:12"))
    monkeypatch.setenv("SHOP_PASSWORD", SECRET)
    server = {"authenticator": echo, "auth_required": True, "auth_require_tls": False}
    with serving(Postbox(), **server) as port:
        mail = f"{{mode: smtp, host: 127.0.0.1, port: {port}, from: a@example.org, tls: none, username: orders, password: 'env:SHOP_PASSWORD'}}"
        shop.configure(
            mail=mail, more=f"worker: {{heartbeat_url: 'https://127.0.0.1:1/{URL_SECRET}'}}\n"
        )
        clock = Clock(lambda: shop.at("12:13"))
        place = ["--config", str(shop.config)]
        assert run(["sync", *place], clock=clock) == 75
        assert run(["doctor", "--mail", *place], clock=clock) != 0
        for verb in ("plan", "status", "explain #SP-1", "outbox list", "undo"):
            run([*verb.split(), *place], clock=clock)
        assert run(["run", "--once", *place], clock=Clock(lambda: shop.at("12:15"))) == 75
        assert run(["sync", *place], clock=Clock(boom)) == 70
    said = capsys.readouterr()
    assert "does not accept the user name and password" in said.out + said.err
    left = every_byte(shop.folder) | {"screen": (said.out + said.err).encode()}
    del left["config.yaml"]
    (crash,) = (Path(found) for found in re.findall(r"\S+sheetsync-defect\S+\.log", said.err))
    assert crash.stat().st_mode & 0o077 == 0
    left["crash"] = crash.read_bytes()
    crash.unlink()
    marks = [SECRET.encode(), base64.b64encode(SECRET.encode()), URL_SECRET.encode()]
    assert [(name, mark) for name, data in left.items() for mark in marks if mark in data] == []


def test_a_customer_is_in_no_log_line_no_mail_and_no_call(tmp_path):
    shop = Shop(tmp_path / "shop")
    shop.add({"order_id": "#SP-1", "allocated": "✓", **PERSON}, {"order_id": "#SP-2"})
    lines = {style: io.StringIO() for style in ("text", "json")}
    for minute in ("08:10", "08:12", "12:13", "14:20"):
        if minute == "08:12":
            shop.type_in("#SP-1", picked="✓", handler=PERSON["customer"])
        shop.now = shop.at(minute)
        with shop.workshop() as workshop:
            result = workshop.run_pass(shop.now)
            for style, stream in lines.items():
                WorkerLog(workshop.name, style=style, stream=stream).passed(result, 0.1)
                WorkerLog(workshop.name, style=style, stream=stream).failed(
                    str(result.problem), timedelta(0), 1
                )
    mails = shop.mails()
    assert mails
    told = [
        *(stream.getvalue() for stream in lines.values()),
        *(f"{m.subject}\n{m.text}" for m in mails),
    ]
    told += [file.read_text() for file in shop.mail_folder.rglob("*.eml")]
    assert [(mark, text) for text in told for mark in TOLD if mark in text.casefold()] == []


def test_what_the_worker_leaves_is_readable_by_its_account_only(tmp_path):
    shop = Shop(tmp_path / "shop")
    shop.add({"order_id": "#SP-1", "allocated": "✓"})
    shop.look(shop.at("08:10"))
    shop.type_in("#SP-1", picked="✓")
    shop.look(shop.at("12:30"))
    kept = [
        shop.folder / "state.db",
        *(p for p in (shop.folder / "state").rglob("*") if p.is_file()),
    ]
    kept += list(shop.mail_folder.glob("*.eml"))
    assert len(kept) > 3
    assert [path.name for path in kept if path.stat().st_mode & 0o077] == []
