"""The telephone switches: what they say becomes an event, what is decided becomes their command."""
