"""`sop board`: the queue, a ticket, and what can be done with it, on a whole terminal. Needs the extra `tui`."""
