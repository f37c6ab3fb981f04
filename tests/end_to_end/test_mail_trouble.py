"""Trouble with the mail server: the sheet is written all the same, and the mail comes with a later pass."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from sheetsync.cli.main import run
from tests.support.postbox import Postbox, free_port, serving
from tests.support.shop import Shop


@dataclass(frozen=True)
class Trouble:
    """How the server misbehaves in the pass that has two mails, and what is said then."""

    name: str
    postbox: dict[str, Any] = field(default_factory=dict)
    server: dict[str, Any] = field(default_factory=dict)
    mail: str = "tls: none"
    says: str = ""


def drop(_count: int) -> str | None:
    return None


def later(_count: int) -> str | None:
    return "451 4.3.0 busy"


TROUBLES = (
    Trouble("nobody_listens", says="Connection refused"),
    Trouble("refuses_the_sender", {"mail_answer": "550 5.7.1 not you"}, says="not you"),
    Trouble("answers_later", {"data_answer": later}),
    Trouble("wrong_password", server={"password": "right", "auth_require_tls": False},
            mail="tls: none, username: orders, password: 'env:SHOP_PASSWORD'", says="password"),
    Trouble("too_slow", {"data_wait": 2.5}, mail="tls: none, timeout: 1s"),
    Trouble("hangs_up_after_data", {"data_answer": drop}),
)  # fmt: skip


def shop_with_mails_due(folder: Path, mail: str) -> Shop:
    """A shop whose next pass, at 12:13, has cells to write and two mails to send."""
    shop = Shop(folder, mail=mail)
    shop.add({"order_id": "#SP-1", "allocated": "✓"})
    shop.look(shop.at("08:10"))
    shop.type_in("#SP-1", picked="✓")
    shop.look(shop.at("08:12"))
    shop.now = shop.at("12:13")
    return shop


def smtp(port: int, more: str) -> str:
    return f"{{mode: smtp, host: 127.0.0.1, port: {port}, from: orders@example.org, {more}}}"


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.name)
def test_the_sheet_is_written_and_the_mails_come_later(tmp_path: Path, trouble: Trouble):
    plain = "{mode: folder, folder: mails}"
    shop = shop_with_mails_due(tmp_path / "shop", plain)
    bad = Postbox(**trouble.postbox)
    environment = {"SHOP_PASSWORD": "wrong"}
    if trouble.name == "nobody_listens":
        shop.configure(mail=smtp(free_port(), trouble.mail))
        result = shop.look(environment=environment)
    else:
        with serving(bad, **trouble.server) as port:
            shop.configure(mail=smtp(port, trouble.mail))
            result = shop.look(environment=environment)

    assert result.outcome == "done"
    assert str(shop.cell("#SP-1", "sla")).startswith("Breached")
    assert result.delivery is not None
    assert result.delivery.sent == 0
    assert result.delivery.waiting == 2
    assert trouble.says in result.delivery.trouble
    assert result.exit_code == (75 if result.delivery.trouble else 0)

    good = Postbox()
    with serving(good) as port:
        shop.configure(mail=smtp(port, "tls: none"))
        for hours in (2, 4, 6):
            shop.look(shop.at("12:13") + timedelta(minutes=6 * hours))
    assert sorted(good.recipients[:2]) == ["lead@example.org", "thabo@example.org"]
    assert len(good.recipients) == 2
    assert len(set(bad.message_ids() + good.message_ids())) == 2


def test_a_certificate_nobody_knows_means_no_mail_and_no_loss(tmp_path: Path):
    shop = shop_with_mails_due(tmp_path / "shop", "{mode: folder, folder: mails}")
    authority = trustme.CA()
    context = server_context(authority)
    box = Postbox()
    with serving(box, tls_context=context, require_starttls=True) as port:
        shop.configure(mail=smtp(port, "tls: starttls"))
        result = shop.look()
        assert result.outcome == "done"
        assert result.delivery is not None
        assert "certificate" in result.delivery.trouble
        assert box.received == []
        authority.cert_pem.write_to_path(str(shop.folder / "ca.pem"))
        shop.configure(mail=smtp(port, "tls: starttls, ca_file: ca.pem"))
        shop.look(shop.at("12:30"))
    assert len(box.recipients) == 2


def server_context(authority: trustme.CA) -> Any:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


def test_the_command_says_it_in_one_sentence_and_leaves_with_75(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    shop = shop_with_mails_due(tmp_path / "shop", smtp(free_port(), "tls: none"))
    shop.edit_rules(
        "escalation.yaml", "    working_hours_only: warehouse            # a mail", "    # a mail"
    )
    assert run(["sync", "--config", str(shop.config)]) == 75
    said = capsys.readouterr()
    assert " written, " in said.out
    assert "still wait" in said.err
    assert "Traceback" not in said.err


def test_a_missing_password_is_named_and_mails_nobody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    mail = smtp(free_port(), "tls: none, username: orders, password: 'env:NO_SUCH_PASSWORD'")
    shop = Shop(tmp_path / "shop", mail=mail)
    assert run(["sync", "--config", str(shop.config)]) == 2
    assert "NO_SUCH_PASSWORD" in capsys.readouterr().err
