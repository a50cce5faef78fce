"""The store on PostgreSQL with PostGIS: tables and statements in SQLAlchemy Core, executed by asyncpg."""
