"""What runs beside the door: timers, the outbox, the comparison with the switch."""
