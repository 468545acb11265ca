"""The API over HTTP against the real engine and a real database."""
