"""Stripe, whose words are spoken nowhere else."""
