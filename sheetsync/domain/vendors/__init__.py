"""Vendors: who is asked for which order, whether they answered, and who is told where they do not."""
