"""The pure heart: what a command does to a ticket, and why it may not."""
