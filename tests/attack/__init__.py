"""Attacks on a served application, measured."""
