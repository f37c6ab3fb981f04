"""Mails as files: whole, private, listed newest first, and never doubled."""

from __future__ import annotations

import stat
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from sheetsync.messages.folder import FolderTransport, list_mails
from tests.support.letters import NOW, AnyRow, composer


def write(folder, *rows, at=NOW):
    out = FolderTransport(folder)
    results = []
    for i, row in enumerate(rows):
        letter = composer().compose(row, at + timedelta(minutes=i))
        results.append(out.send(letter, before_commit=lambda: None))
    out.close()
    return results


def test_a_mail_becomes_a_file_that_mail_programs_open(tmp_path):
    (result,) = write(tmp_path / "mails", AnyRow())
    path = tmp_path / "mails" / result.reference
    message = message_from_bytes(path.read_bytes(), policy=default)
    assert message["Subject"] == "2 orders past their limit"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not list((tmp_path / "mails").glob("*.part"))


def test_the_list_names_every_mail_newest_first(tmp_path):
    write(tmp_path, *(AnyRow(dedupe_key=str(i), subject=f"Mail {i}") for i in range(3)))
    assert [mail.subject for mail in list_mails(tmp_path)] == ["Mail 2", "Mail 1", "Mail 0"]
    page = (tmp_path / "index.html").read_text()
    assert page.index("Mail 2") < page.index("Mail 1") < page.index("Mail 0")
    for mail in list_mails(tmp_path):
        assert (tmp_path / mail.file).exists()
        assert f'href="{mail.file}"' in page


def test_the_same_mail_again_replaces_itself(tmp_path):
    write(tmp_path, AnyRow())
    write(tmp_path, AnyRow())
    assert len(list(tmp_path.glob("*.eml"))) == 1


def test_the_folder_knows_what_it_holds(tmp_path):
    write(tmp_path, AnyRow(dedupe_key="a"))
    out = FolderTransport(tmp_path)
    assert out.recover(composer().message_id("a")) == "delivered"
    assert out.recover(composer().message_id("b")) == "absent"


def test_a_hostile_subject_stays_text_in_list_and_preview(tmp_path):
    write(tmp_path, AnyRow(subject="<script>alert(1)</script>", recipient_name="<img src=x>"))
    for page in tmp_path.glob("*.html"):
        assert "<script" not in page.read_text()
        assert "<img" not in page.read_text()


def test_a_folder_that_cannot_be_written_is_said_in_words(tmp_path):
    (tmp_path / "file").write_text("")
    (result,) = write(tmp_path / "file" / "mails", AnyRow())
    assert result.outcome == "unreachable"
    assert "cannot be written" in result.detail


def test_a_round_without_mails_writes_nothing(tmp_path):
    write(tmp_path / "mails")
    assert not (tmp_path / "mails").exists()


@pytest.mark.parametrize("count", [1, 510])
def test_the_list_stays_readable(tmp_path, count):
    out = FolderTransport(tmp_path)
    letter = composer().compose(AnyRow(), NOW)
    out.send(letter, before_commit=lambda: None)
    one = next(tmp_path.glob("*.eml"))
    for i in range(1, count):
        (tmp_path / f"copy{i}.eml").write_bytes(one.read_bytes())
    out.close()
    page = (tmp_path / "index.html").read_text()
    assert f"{count} mail" in page
    assert page.count("<li>") == min(count, 500)
