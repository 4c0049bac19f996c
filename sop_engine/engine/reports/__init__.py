"""What is counted from the record."""
