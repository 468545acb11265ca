"""Asterisk 22 through ARI: its events become ours, our commands its REST calls, our sentences sound files."""

from app.providers.asterisk.provider import Asterisk

__all__ = ["Asterisk"]
