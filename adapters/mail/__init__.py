"""Mails to members: their words, their one look, and the ways they leave the house."""
