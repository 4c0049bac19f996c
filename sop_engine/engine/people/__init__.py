"""Who is asking, how he proves it, what he may see, and what becomes of his work when he leaves."""
