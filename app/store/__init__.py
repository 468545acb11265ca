"""All SQL, the embedded PostgreSQL server and the migrations."""
