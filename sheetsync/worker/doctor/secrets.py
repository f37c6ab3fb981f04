"""The files with passwords: who else on this machine may read them. Google's key is looked at with its login."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import BaseModel

from sheetsync.config import Secret
from sheetsync.worker.doctor.diagnosis import Diagnosis, Patient, ok, warn

_OTHERS = stat.S_IRGRP | stat.S_IROTH


def secret_checks(patient: Patient) -> Iterator[Diagnosis]:
    """A warning for each file of config.yaml with a secret that others may read.

    A container's secrets are often readable by everybody in it, so it is said and not refused.
    """
    if os.name == "nt":
        return  # the mode does not tell there
    files = sorted(set(_files(patient.config)))
    open_ = [path for path in files if path.is_file() and path.stat().st_mode & _OTHERS]
    for path in open_:
        yield warn(
            "secrets",
            f"Others on this machine may read {path}, which holds a password.",
            f"Keep it to the worker's account: chmod 600 {path}",
        )
    if files and not open_:
        yield ok("secrets", "Nobody else may read the files with passwords.")


def _files(value: object) -> Iterator[Path]:
    """Every file with a secret that a part of the configuration names."""
    if isinstance(value, Secret) and value.kind == "file":
        yield value.folder / value.name
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _files(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _files(each)
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _files(getattr(value, name))
