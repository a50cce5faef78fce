"""A small Stripe on this machine, for the demo and the tests: it remembers, answers, lists, signs and delivers, and can
fail. What a card does is in its name, as in Stripe's test mode."""
