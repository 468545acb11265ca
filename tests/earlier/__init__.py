"""What an earlier version left in its database, and what this one makes of it."""
