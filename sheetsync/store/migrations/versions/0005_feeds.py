"""What feeds brought: their files, what they say of each order, and what of it was written.

Revision ID: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Three tables, empty."""
    op.create_table(
        "feed_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tracker_id", sa.Integer(), nullable=False),
        *(
            _text(name)
            for name in ("source", "kind", "name", "digest", "stamp", "settings", "headings")
        ),
        sa.Column("written_at", sa.BigInteger(), nullable=True),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        *(_text(name) for name in ("verdict", "sentence")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("rows", "changed", "refused")),
        sa.ForeignKeyConstraint(
            ["tracker_id"], ["tracker.id"], name=op.f("fk_feed_file_tracker_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_file")),
    )
    op.create_index(
        op.f("ix_feed_file_tracker_id_source_digest"),
        "feed_file",
        ["tracker_id", "source", "digest"],
    )
    op.create_table(
        "feed_row",
        sa.Column("tracker_id", sa.Integer(), nullable=False),
        *(_text(name) for name in ("source", "keyed", "key", "kind", "order_id")),
        sa.Column("digest", sa.BigInteger(), nullable=False),
        _text("cells"),
        sa.Column("said_at", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("waits", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tracker_id"], ["tracker.id"], name=op.f("fk_feed_row_tracker_id")
        ),
        sa.PrimaryKeyConstraint("tracker_id", "source", "keyed", "key", name=op.f("pk_feed_row")),
    )
    op.create_index(op.f("ix_feed_row_tracker_id_waits"), "feed_row", ["tracker_id", "waits"])
    op.create_table(
        "feed_written",
        sa.Column("tracker_id", sa.Integer(), nullable=False),
        *(_text(name) for name in ("order_id", "written", "before")),
        sa.ForeignKeyConstraint(
            ["tracker_id"], ["tracker.id"], name=op.f("fk_feed_written_tracker_id")
        ),
        sa.PrimaryKeyConstraint("tracker_id", "order_id", name=op.f("pk_feed_written")),
    )


def downgrade() -> None:
    """What feeds brought is not thrown away."""
    raise NotImplementedError("A store is never taken back; put back a backup instead.")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)
