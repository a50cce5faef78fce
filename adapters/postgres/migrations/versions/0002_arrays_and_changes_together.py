"""Daily matches as arrays, the figures of a day's population, and changes that are made together."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_MUST_CHANGE = """
CREATE FUNCTION must_change(changed bigint, expected bigint, change int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF changed <> expected THEN
        RAISE EXCEPTION USING ERRCODE = 'SB001', MESSAGE = change::text;
    END IF;
END $$
"""

_SCORES = """
UPDATE daily_matches SET scores = coalesce((
    SELECT array_agg((suggestion ->> 'score')::float8 ORDER BY place)
    FROM jsonb_array_elements(suggestions) WITH ORDINALITY AS kept (suggestion, place)), '{}')
"""

_DROP_SUGGESTIONS = """
-- squawk-ignore ban-drop-column
ALTER TABLE daily_matches DROP COLUMN suggestions
"""
# No release before this one has served members, so that nothing reads the column any more.

_SUGGESTIONS = """
UPDATE daily_matches SET suggestions = coalesce((
    SELECT jsonb_agg(jsonb_build_object('candidate', candidate, 'score', score, 'rank', place) ORDER BY place)
    FROM unnest(candidates, scores) WITH ORDINALITY AS kept (candidate, score, place)), '[]')
"""


def upgrade() -> None:
    op.execute(_MUST_CHANGE)
    op.create_table(
        "populations",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("figures", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_populations")),
        comment="By which figures the people of a day were compared, such as how rare an interest was.",
    )
    op.add_column(
        "daily_matches", sa.Column("scores", postgresql.ARRAY(sa.Double()), server_default="{}", nullable=False)
    )
    op.execute(_SCORES)
    op.execute(_DROP_SUGGESTIONS)


def downgrade() -> None:
    op.add_column(
        "daily_matches",
        sa.Column(
            "suggestions",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            server_default="[]",
            nullable=False,
        ),
    )
    op.execute(_SUGGESTIONS)
    op.alter_column("daily_matches", "suggestions", server_default=None)
    op.drop_column("daily_matches", "scores")
    op.drop_table("populations")
    op.execute("DROP FUNCTION must_change(bigint, bigint, int)")
