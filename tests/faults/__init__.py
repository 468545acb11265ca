"""Real processes that are killed, frozen, doubled and fed with rubbish; the switches are imitated, the rest is real."""
