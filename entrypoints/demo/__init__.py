"""The demo: synthetic members who answer, a mailbox to read, a clock to move, and a page to see a morning."""
