"""Keeps what templates were compiled to while the process runs: it is worth more than all rendering.

A worker makes its renderer anew for each delivery, so that a template that its owner adds is found;
a template whose text is the same is not compiled again.
"""

from __future__ import annotations

from types import CodeType

from jinja2.bccache import Bucket, BytecodeCache


class Compiled(BytecodeCache):
    """Compiled templates by name and file, for environments that compile alike."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, CodeType]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket, if this very text was compiled before."""
        checksum, code = self._kept.get(bucket.key, ("", None))
        if code is not None and checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what the text of the bucket was compiled to."""
        if bucket.code is not None:
            self._kept[bucket.key] = bucket.checksum, bucket.code
