"""Words to search by: without accents, and of whole answers."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_FOLD = r"""
CREATE FUNCTION fold_words(said text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    regexp_replace(
        lower(normalize(regexp_replace(normalize(said, NFKD), '[\u0300-\u036f]', '', 'g'), NFKC)),
        '[!-/\u003a-@\u005b-`{-~\u00a1-\u00bf\u2000-\u206f\u3000-\u3003\u3008-\u3020]', ' ', 'g')
"""

_WORDS = """
CREATE OR REPLACE FUNCTION profile_words(content jsonb) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    setweight(to_tsvector('simple', fold_words(coalesce(content ->> 'interests', ''))), 'A')
    || setweight(to_tsvector('simple', fold_words(coalesce(content ->> 'bio', ''))), 'B')
    || setweight(to_tsvector('simple', fold_words(coalesce((
           SELECT string_agg(prompt ->> 'answer', ' ')
             FROM jsonb_array_elements(coalesce(content -> 'prompts', '[]')) AS given (prompt)), ''))), 'C')
"""

_WORDS_BEFORE = """
CREATE OR REPLACE FUNCTION profile_words(content jsonb) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    setweight(jsonb_to_tsvector('simple', coalesce(content -> 'interests', '[]'), '["string"]'), 'A')
    || setweight(to_tsvector('simple', coalesce(content ->> 'bio', '')), 'B')
    || setweight(to_tsvector('simple', jsonb_path_query_array(content, '$.prompts[*].answer') #>> '{}'), 'C')
"""

_AGAIN = "UPDATE profiles SET content = content WHERE words IS DISTINCT FROM profile_words(content)"


def upgrade() -> None:
    op.execute(_FOLD)
    op.execute(_WORDS)
    op.execute(_AGAIN)


def downgrade() -> None:
    op.execute(_WORDS_BEFORE)
    op.execute("DROP FUNCTION fold_words(text)")
    op.execute(_AGAIN)
