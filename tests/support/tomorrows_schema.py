"""A migration to a schema that does not exist yet, for the tests of upgrading."""

from __future__ import annotations

from pathlib import Path

from sheetsync.store import schema

REVISIONS = (*schema.REVISIONS, "9999")
_MIGRATION = '''"""Tomorrow's schema, for the tests."""
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{last}"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("tracker", sa.Column("note", sa.Text(), nullable=True))
'''
_BROKEN = "    op.drop_table('no_such_table')\n"


def tomorrow(folder: Path, *, broken: bool = False) -> tuple[Path, ...]:
    """The folder of that migration, made under `folder`; a `broken` one fails in its second half."""
    versions = folder / "versions"
    versions.mkdir()
    text = _MIGRATION.format(last=schema.REVISIONS[-1]) + (_BROKEN if broken else "")
    (versions / "9999_tomorrow.py").write_text(text)
    return (versions,)
