"""Background work: the outbox relay, the listeners it wakes, and the periodic jobs."""
