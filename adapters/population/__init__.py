"""Synthetic members for the demo and the measurements: realistic in their margins, nobody in particular."""
