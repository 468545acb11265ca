"""Stories of calls that a team leader can read; `UPDATE=1` writes them anew, and the difference is the review."""
