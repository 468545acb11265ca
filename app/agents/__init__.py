"""Pure rules about agents: their presence, and who is offered the call."""
