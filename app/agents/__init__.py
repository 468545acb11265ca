"""The rules of the agents' states, and the choice of who is offered a call. Pure."""
