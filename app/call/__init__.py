"""The nouns: calls, legs, agents, callbacks, events, commands, and what a municipality decided."""
