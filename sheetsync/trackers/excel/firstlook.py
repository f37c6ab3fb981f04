"""What a file is by its first bytes, told in words when it is no .xlsx workbook."""

from __future__ import annotations

from typing import Final

from sheetsync.errors import TrackerBusy, TrackerRefused

_COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP: Final = b"PK"
_SAVE_AS: Final = "Open it in Excel and save it as .xlsx (Excel Workbook)."


def check(data: bytes, name: str) -> None:
    """Pass a file that begins like a zip; raise TrackerBusy for an empty one, else TrackerRefused."""
    if not data:
        raise TrackerBusy(
            f"{name} is empty (0 bytes): a save or a synchronisation is probably under way. "
            "It is read again in the next pass; if it stays empty, restore an earlier version."
        )
    if data.startswith(_ZIP):
        return
    if data.startswith(_COMPOUND[:4]):
        raise TrackerRefused(f"{name} {_compound(data)}")
    raise TrackerRefused(f"{name} is no Excel workbook: {_other(data)}")


def _compound(data: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return (
            "is protected by a password for opening, so it cannot be read. Remove that password in "
            "Excel (File, Info, Protect Workbook, Encrypt with Password)."
        )
    if any(word.encode("utf-16-le") in data for word in ("Workbook\0", "Book\0")):
        return f"is a workbook of the old .xls format, whatever its name says. {_SAVE_AS}"
    return f"is an old Office document (format of 1997 to 2003), not an .xlsx workbook. {_SAVE_AS}"


def _other(data: bytes) -> str:
    head = data[:4096]
    if head.startswith(b"%PDF"):
        return "it is a PDF. Name the workbook itself."
    lowered = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if lowered.startswith((b"<html", b"<!doctype", b"<table")):
        return f"it is a web page with the name of a workbook. {_SAVE_AS}"
    if lowered.startswith((b"<?xml", b"<")):
        return f"it is an XML text (perhaps an XML Spreadsheet of 2003). {_SAVE_AS}"
    if b"\0" not in head and any(mark in head for mark in (b",", b";", b"\t", b"\n")):
        return f"it is plain text, probably a CSV export. {_SAVE_AS}"
    return "its content is of an unknown kind. Restore an earlier version or name another file."
