"""A small Stripe on this machine: it remembers, checks what it is sent, lists, signs and delivers, and can fail."""
