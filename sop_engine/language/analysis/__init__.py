"""What is surely so on the ways of a procedure, and who is needed for them."""
