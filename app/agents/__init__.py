"""Pure rules about agents: their states and who is offered the call."""
