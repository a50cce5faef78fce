"""By which entry about a breach, and in which language, a member was told of it.

Neither is known of whoever was told before, when there was one text, in the language of the installation's mails.
"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0041"
branch_labels = None
depends_on = None

_BEFORE = "Whom a breach is about, and when they were told of it."
_NOW = "Whom a breach is about, when they were told of it, by which entry and in which language."


def upgrade() -> None:
    op.add_column("breach_members", sa.Column("told_by", sa.Integer()))
    op.add_column("breach_members", sa.Column("told_in", sa.Text()))
    op.create_table_comment("breach_members", _NOW, existing_comment=_BEFORE)


def downgrade() -> None:
    op.create_table_comment("breach_members", _BEFORE, existing_comment=_NOW)
    op.drop_column("breach_members", "told_in")
    op.drop_column("breach_members", "told_by")
