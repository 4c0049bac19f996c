"""What process owners do: write, check, publish and look at procedures."""
