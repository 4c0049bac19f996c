"""What staff do to a ticket besides its triggers, an act in a file; and what it leaves on the ticket."""
