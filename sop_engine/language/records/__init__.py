"""From words that fit the grammar to the records of the normal form."""
