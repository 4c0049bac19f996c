"""What auditors ask for."""
