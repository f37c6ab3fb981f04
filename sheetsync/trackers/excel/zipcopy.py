"""Write a package anew in which every untouched member is the same compressed bytes as before.

A load and save through a library would lose what the library does not know. Here a member is either
copied raw (only its local header is rewritten, because sizes that stood behind the data move into
it), deflated anew (`changed`), left out (`removed`) or put at the end (`added`). Order, dates,
attributes, comments and extra fields stay.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import IO, Final

_LOCAL: Final = struct.Struct("<4s5H3L2H")
_CENTRAL: Final = struct.Struct("<4s4B4HL2L5H2L")
_END: Final = struct.Struct("<4s4H2LH")
_END64: Final = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64: Final = struct.Struct("<4sLQL")
_SQUEEZE: Final = 4
"""Nearly as small as the usual 6, in two thirds of the time."""
_DATA_DESCRIPTOR: Final = 0x08
_UTF8_NAME: Final = 0x800
_ZIP64_TAG: Final = 1
_FULL: Final = 0xFFFFFFFF
_CHUNK: Final = 1 << 20
_FIRST_DATE: Final = (1980, 1, 1, 0, 0, 0)
_ADDED_VERSION: Final = 20

Body = bytes | Iterable[bytes | memoryview]
"""The content of a part: whole, or in pieces so that a large part is never held twice."""


@dataclass(frozen=True, slots=True)
class _Written:
    """What the central directory must say of one member."""

    info: zipfile.ZipInfo
    name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int


def rewrite(
    source: bytes | IO[bytes],
    target: IO[bytes],
    *,
    changed: Mapping[str, Body],
    added: Mapping[str, Body] | None = None,
    removed: Collection[str] = (),
    limit: int = _FULL,
) -> None:
    """Copy the package `source` (its bytes, or a file) to the seekable, empty `target` with some parts exchanged.

    `changed` and `removed` name members that exist, `added` ones that do not. Sizes and offsets of
    `limit` and above are written in zip64 form. Raises zipfile.BadZipFile for a damaged source,
    KeyError for a name that is not there (or, in `added`, is).
    """
    added = added or {}
    with zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source) as package:
        members = package.infolist()
        _check_names({m.filename for m in members}, changed, added, removed)
        written = [
            _deflate(target, member, changed[member.filename], limit)
            if member.filename in changed
            else _copy(package, target, member, limit)
            for member in members
            if member.filename not in removed
        ]
        written += [_deflate(target, _new_info(name), added[name], limit) for name in added]
        _finish(target, written, package.comment, limit)


def _check_names(
    present: set[str],
    changed: Mapping[str, Body],
    added: Mapping[str, Body],
    removed: Collection[str],
) -> None:
    absent = (set(changed) | set(removed)) - present
    doubled = set(added) & present
    if absent or doubled:
        raise KeyError(*sorted(absent | doubled))


def _new_info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _FIRST_DATE)
    info.create_version = info.extract_version = _ADDED_VERSION
    info.flag_bits = 0 if name.isascii() else _UTF8_NAME
    return info


def _copy(
    package: zipfile.ZipFile, target: IO[bytes], info: zipfile.ZipInfo, limit: int
) -> _Written:
    source = package.fp
    if source is None:
        raise zipfile.BadZipFile("the package is closed")
    source.seek(info.header_offset)
    head = source.read(_LOCAL.size)
    if len(head) != _LOCAL.size or head[:4] != b"PK\3\4":
        raise zipfile.BadZipFile(f"no local header for {info.filename}")
    name_length, extra_length = _LOCAL.unpack(head)[9:11]
    name, extra = source.read(name_length), source.read(extra_length)
    written = _Written(
        info=info,
        name=name,
        flags=info.flag_bits & ~_DATA_DESCRIPTOR,
        method=info.compress_type,
        crc=info.CRC,
        packed=info.compress_size,
        size=info.file_size,
        offset=target.tell(),
    )
    target.write(_local_header(written, extra, limit))
    _copy_bytes(source, target, info.compress_size)
    return written


def _copy_bytes(source: IO[bytes], target: IO[bytes], count: int) -> None:
    while count:
        piece = source.read(min(count, _CHUNK))
        if not piece:
            raise zipfile.BadZipFile("the package ends in the middle of a part")
        target.write(piece)
        count -= len(piece)


def _deflate(target: IO[bytes], info: zipfile.ZipInfo, body: Body, limit: int) -> _Written:
    """Write one member compressed; its header is filled in when the sizes are known."""
    offset = target.tell()
    name = _encoded_name(info)
    blank = _Written(
        info=info,
        name=name,
        flags=info.flag_bits & ~(_DATA_DESCRIPTOR | 0x06),
        method=zipfile.ZIP_DEFLATED,
        crc=0,
        packed=0,
        size=0,
        offset=offset,
    )
    target.write(_local_header(blank, b"", limit))
    start = target.tell()
    squeeze = zlib.compressobj(_SQUEEZE, zlib.DEFLATED, -15)
    crc = size = 0
    for piece in (body,) if isinstance(body, bytes) else body:
        crc, size = zlib.crc32(piece, crc), size + len(piece)
        target.write(squeeze.compress(piece))
    target.write(squeeze.flush())
    end = target.tell()
    if max(size, end - start) >= limit:
        raise zipfile.LargeZipFile(f"{info.filename} is too large to be written")
    done = _Written(
        info=info,
        name=name,
        flags=blank.flags,
        method=blank.method,
        crc=crc,
        packed=end - start,
        size=size,
        offset=offset,
    )
    target.seek(offset)
    target.write(_local_header(done, b"", limit))
    target.seek(end)
    return done


def _encoded_name(info: zipfile.ZipInfo) -> bytes:
    return info.orig_filename.encode("utf-8" if info.flag_bits & _UTF8_NAME else "cp437")


def _local_header(member: _Written, extra: bytes, limit: int) -> bytes:
    extra = _without_zip64(extra)
    packed, size = member.packed, member.size
    if max(packed, size) >= limit:
        extra = struct.pack("<2H2Q", _ZIP64_TAG, 16, size, packed) + extra
        packed = size = _FULL
    head = _LOCAL.pack(
        b"PK\3\4",
        _version(member.info),
        member.flags,
        member.method,
        *_dos_moment(member.info),
        member.crc,
        packed,
        size,
        len(member.name),
        len(extra),
    )
    return head + member.name + extra


def _central_header(member: _Written, limit: int) -> bytes:
    extra = _without_zip64(member.info.extra)
    packed, size, offset = member.packed, member.size, member.offset
    large = b""
    if max(packed, size) >= limit:
        large = struct.pack("<2Q", size, packed)
        packed = size = _FULL
    if offset >= limit:
        large += struct.pack("<Q", offset)
        offset = _FULL
    if large:
        extra = struct.pack("<2H", _ZIP64_TAG, len(large)) + large + extra
    info = member.info
    head = _CENTRAL.pack(
        b"PK\1\2",
        info.create_version,
        info.create_system,
        _version(info) & 0xFF,
        info.reserved,
        member.flags,
        member.method,
        *_dos_moment(info),
        member.crc,
        packed,
        size,
        len(member.name),
        len(extra),
        len(info.comment),
        0,
        info.internal_attr,
        info.external_attr,
        offset,
    )
    return head + member.name + extra + info.comment


def _finish(target: IO[bytes], written: list[_Written], comment: bytes, limit: int) -> None:
    start = target.tell()
    for member in written:
        target.write(_central_header(member, limit))
    end = target.tell()
    count, size, offset = len(written), end - start, start
    if count >= 0xFFFF or size >= limit or offset >= limit:
        target.write(
            _END64.pack(b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, offset)
            + _LOCATOR64.pack(b"PK\6\7", 0, end, 1)
        )
        count, size, offset = min(count, 0xFFFF), min(size, _FULL), _FULL
    target.write(_END.pack(b"PK\5\6", 0, 0, count, count, size, offset, len(comment)) + comment)


def _version(info: zipfile.ZipInfo) -> int:
    return max(info.extract_version, _ADDED_VERSION)


def _dos_moment(info: zipfile.ZipInfo) -> tuple[int, int]:
    year, month, day, hour, minute, second = info.date_time
    return (
        hour << 11 | minute << 5 | second // 2,
        (year - 1980) << 9 | month << 5 | day,
    )


def _without_zip64(extra: bytes) -> bytes:
    """The extra fields without the zip64 one, which belongs to the old sizes."""
    kept, place = b"", 0
    while place + 4 <= len(extra):
        tag, length = struct.unpack_from("<2H", extra, place)
        if tag != _ZIP64_TAG:
            kept += extra[place : place + 4 + length]
        place += 4 + length
    return kept + extra[place:]
