"""The fault matrix: everything that can die or stall does, under load, and nothing promised may be lost or doubled."""
