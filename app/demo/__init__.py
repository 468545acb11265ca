"""`warmlijn demo`: a municipality's morning against the running service, over HTTP, told caller by caller."""

from app.demo.running import main, run

__all__ = ["main", "run"]
