"""The double of Stripe as the tests have it: with known keys, and every request held against Stripe's description."""
