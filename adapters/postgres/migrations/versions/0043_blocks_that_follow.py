"""Which blocks followed somebody to another account, and what is kept of blocks and suspensions after an erasure."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "carried_blocks",
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("about", sa.Uuid(), nullable=False),
        sa.Column("origin", sa.Uuid()),
        sa.Column("until", instant),
        sa.ForeignKeyConstraint(["by"], ["users.id"], name=op.f("fk_carried_blocks_by"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["about"], ["users.id"], name=op.f("fk_carried_blocks_about"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["origin"], ["users.id"], name=op.f("fk_carried_blocks_origin"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("by", "about", name=op.f("pk_carried_blocks")),
        comment="Which blocks of pairs followed somebody to another account, from which, and until when if it is gone.",
    )
    op.create_table(
        "block_marks",
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.Column("origin", sa.Uuid()),
        sa.Column("until", instant, nullable=False),
        sa.ForeignKeyConstraint(["by"], ["users.id"], name=op.f("fk_block_marks_by"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["origin"], ["users.id"], name=op.f("fk_block_marks_origin"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("by", "mark", name=op.f("pk_block_marks")),
        comment="Blocks about members who are erased, under keyed hashes of their addresses and devices.",
    )
    op.create_table(
        "barred_marks",
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("until", instant, nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_barred_marks")),
        comment="Of members who were erased while suspended: keyed hashes of their addresses and devices.",
    )
    for table, column in (
        ("barred_marks", "until"),
        ("carried_blocks", "about"),
        ("carried_blocks", "origin"),
        ("carried_blocks", "until"),
        ("block_marks", "mark"),
        ("block_marks", "origin"),
        ("block_marks", "until"),
    ):
        op.create_index(f"ix_{table}_{column}", table, [column])


def downgrade() -> None:
    op.drop_table("barred_marks")
    op.drop_table("block_marks")
    op.execute("UPDATE pairs SET low_kind = NULL, low_at = NULL FROM carried_blocks WHERE by = low AND about = high")
    op.execute("UPDATE pairs SET high_kind = NULL, high_at = NULL FROM carried_blocks WHERE by = high AND about = low")
    op.drop_table("carried_blocks")
