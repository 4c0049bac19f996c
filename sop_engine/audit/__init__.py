"""Replay and verification: from the record alone, without trusting the projection or anybody's word."""
