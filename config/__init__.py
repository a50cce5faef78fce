"""Puts the house together: settings, one container of adapters per mode, and the application over them."""
