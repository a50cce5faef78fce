"""Telling browsers something through the push service of their maker (RFC 8030)."""
