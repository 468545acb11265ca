"""Everything that speaks HTTP: webhooks, the JSON interface, health and metrics."""
