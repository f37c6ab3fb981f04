"""Cells as last seen, what was archived, since when a change may have happened; logs only grow.

Revision ID: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_REDACTING = "EXISTS (SELECT 1 FROM setting WHERE tracker_id = 0 AND key = 'redacting')"
_KEPT = ("id", "tracker_id", "pass_id", "seen_at", "seen_from", "order_id", "column", "by", "rule")
"""What even a redaction may not touch in the change log: it cuts `old` and `new` only."""
_REFUSED = "the log of changes and the log of stages only grow; no line is changed or removed"


def upgrade() -> None:
    """Two tables, one column, and the triggers that keep the two logs whole."""
    op.create_table(
        "order_seen",
        sa.Column("tracker_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.BigInteger(), nullable=False),
        sa.Column("cells", sa.Text(), nullable=False),
        sa.Column("ours", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tracker_id"], ["tracker.id"], name=op.f("fk_order_seen_tracker_id")
        ),
        sa.PrimaryKeyConstraint("tracker_id", "order_id", name=op.f("pk_order_seen")),
    )
    op.create_table(
        "archived_order",
        sa.Column("tracker_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=False),
        sa.Column("archived_at", sa.BigInteger(), nullable=False),
        sa.Column("packed", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tracker_id"], ["tracker.id"], name=op.f("fk_archived_order_tracker_id")
        ),
        sa.PrimaryKeyConstraint("tracker_id", "order_id", name=op.f("pk_archived_order")),
    )
    op.add_column("change_log", sa.Column("seen_from", sa.BigInteger(), nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        _postgresql()
    else:
        _sqlite()


def _sqlite() -> None:
    moved = " OR ".join(f'NEW."{name}" IS NOT OLD."{name}"' for name in _KEPT)
    for name, when in (
        ("change_log_is_kept BEFORE UPDATE ON change_log", f"WHEN NOT {_REDACTING} OR {moved}"),
        ("change_log_only_grows BEFORE DELETE ON change_log", ""),
        ("stage_event_is_kept BEFORE UPDATE ON stage_event", ""),
        ("stage_event_only_grows BEFORE DELETE ON stage_event", ""),
    ):
        op.execute(f"CREATE TRIGGER {name} {when} BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END")


def _postgresql() -> None:
    moved = " OR ".join(f'NEW."{name}" IS DISTINCT FROM OLD."{name}"' for name in _KEPT)
    refuse = f"RAISE EXCEPTION '{_REFUSED}';"
    for function, body in (
        ("sheetsync_only_grows", refuse),
        ("sheetsync_is_kept", f"IF NOT {_REDACTING} OR {moved} THEN {refuse} END IF; RETURN NEW;"),
    ):
        op.execute(
            f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {body} END $$"
        )
    for name, function in (
        ("change_log_is_kept BEFORE UPDATE ON change_log", "sheetsync_is_kept"),
        ("change_log_only_grows BEFORE DELETE ON change_log", "sheetsync_only_grows"),
        ("stage_event_only_grows BEFORE UPDATE OR DELETE ON stage_event", "sheetsync_only_grows"),
    ):
        op.execute(f"CREATE TRIGGER {name} FOR EACH ROW EXECUTE FUNCTION {function}()")


def downgrade() -> None:
    """What was logged is not thrown away."""
    raise NotImplementedError("A store is never taken back; put back a backup instead.")
