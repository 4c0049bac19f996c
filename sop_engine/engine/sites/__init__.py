"""Making and opening sites, and the demo site."""
