"""What was in every copy that went offline, and what its return left to be decided.

Revision ID: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two tables, empty."""
    op.create_table(
        "offline_copy",
        sa.Column("tracker_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("returned_at", sa.BigInteger(), nullable=True),
        sa.Column("returned", sa.Text(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tracker_id"], ["tracker.id"], name=op.f("fk_offline_copy_tracker_id")
        ),
        sa.PrimaryKeyConstraint("tracker_id", "id", name=op.f("pk_offline_copy")),
    )
    op.create_table(
        "merge_conflict",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tracker_id", sa.Integer(), nullable=False),
        sa.Column("copy_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("column", sa.Text(), nullable=False),
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("theirs", sa.Text(), nullable=False),
        sa.Column("ours", sa.Text(), nullable=False),
        sa.Column("found_at", sa.BigInteger(), nullable=False),
        sa.Column("choice", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tracker_id"], ["tracker.id"], name=op.f("fk_merge_conflict_tracker_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge_conflict")),
    )
    op.create_index(
        op.f("ix_merge_conflict_tracker_id_order_id"), "merge_conflict", ["tracker_id", "order_id"]
    )


def downgrade() -> None:
    """What is kept of copies is not thrown away."""
    raise NotImplementedError("A store is never taken back; put back a backup instead.")
