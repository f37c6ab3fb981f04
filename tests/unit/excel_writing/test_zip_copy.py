"""Untouched members of a package are the same compressed bytes after a rewrite."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from sheetsync.trackers.excel.zipcopy import rewrite


class Unseekable(io.RawIOBase):
    """A stream as a web server's: zipfile then writes sizes behind the data."""

    def __init__(self):
        self.data = bytearray()

    def writable(self):
        return True

    def write(self, piece):
        self.data += piece
        return len(piece)


def package(stream=None):
    out = stream or io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text, method in (
            ("a.xml", "alpha" * 500, zipfile.ZIP_DEFLATED),
            ("ü/b.bin", "beta", zipfile.ZIP_STORED),
            ("c.xml", "gamma" * 100, zipfile.ZIP_DEFLATED),
        ):
            info = zipfile.ZipInfo(name, (2019, 5, 4, 13, 59, 58))
            info.external_attr = 0o640 << 16
            info.comment = b"remark"
            info.compress_type = method
            info.extra = struct.pack("<2H3s", 0x7777, 3, b"xyz")
            file.writestr(info, text)
        file.comment = b"of the whole"
    return bytes(out.data) if stream else out.getvalue()


def rewritten(source, **how):
    out = io.BytesIO()
    rewrite(source, out, changed=how.pop("changed", {}), **how)
    return out.getvalue()


def raw(data):
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        out = {}
        for info in file.infolist():
            at = info.header_offset
            name, extra = struct.unpack("<2H", data[at + 26 : at + 30])
            start = at + 30 + name + extra
            out[info.filename] = data[start : start + info.compress_size]
        return out


def facts(data):
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert file.testzip() is None
        return [
            (i.filename, i.date_time, i.external_attr, i.comment, i.extra, i.compress_type, i.CRC)
            for i in file.infolist()
        ] + [file.comment]


@pytest.mark.parametrize("stream", [None, Unseekable()])
def test_a_rewrite_without_changes_keeps_every_member_raw(stream):
    source = package(stream)
    copy = rewritten(source)
    assert raw(copy) == raw(source)
    assert facts(copy) == facts(source)


def test_sizes_behind_the_data_move_into_the_header():
    copy = rewritten(package(Unseekable()))
    with zipfile.ZipFile(io.BytesIO(copy)) as file:
        assert not any(info.flag_bits & 0x08 for info in file.infolist())
    assert struct.unpack("<L", copy[14:18])[0] != 0


def test_only_the_named_part_changes_and_order_stays():
    source = package()
    copy = rewritten(source, changed={"ü/b.bin": iter([b"new ", b"content"])})
    with zipfile.ZipFile(io.BytesIO(copy)) as file:
        assert file.namelist() == ["a.xml", "ü/b.bin", "c.xml"]
        assert file.read("ü/b.bin") == b"new content"
        assert file.getinfo("ü/b.bin").date_time == (2019, 5, 4, 13, 59, 58)
    assert raw(copy)["a.xml"] == raw(source)["a.xml"]


def test_parts_are_added_at_the_end_and_removed():
    copy = rewritten(package(), added={"new.xml": b"delta"}, removed={"a.xml"})
    with zipfile.ZipFile(io.BytesIO(copy)) as file:
        assert file.namelist() == ["ü/b.bin", "c.xml", "new.xml"]
        assert file.read("new.xml") == b"delta"


def test_an_unknown_name_is_an_error():
    with pytest.raises(KeyError):
        rewritten(package(), changed={"nowhere.xml": b""})
    with pytest.raises(KeyError):
        rewritten(package(), added={"a.xml": b""})


def test_large_places_are_written_in_zip64_form():
    source = package()
    copy = rewritten(source, limit=100)
    assert b"PK\6\6" in copy
    with zipfile.ZipFile(io.BytesIO(copy)) as file:
        assert file.read("c.xml") == b"gamma" * 100
    again = rewritten(copy)
    assert raw(again) == raw(source)
    assert b"PK\6\6" not in again


def test_a_cut_package_is_refused_and_not_copied():
    with pytest.raises(zipfile.BadZipFile):
        rewritten(package()[:-30])
