"""What staff do with tickets, day by day."""
