"""The one door through which every event goes, and its one transaction."""
