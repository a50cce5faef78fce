"""Private PostgreSQL, Redis and PgBouncer on free ports of this machine, gone when whoever started them is gone."""
