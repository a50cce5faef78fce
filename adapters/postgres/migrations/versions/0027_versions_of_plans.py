"""Of which version of a plan an order is."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("orders", sa.Column("plan_version", sa.BigInteger()))


def downgrade() -> None:
    op.drop_column("orders", "plan_version")
