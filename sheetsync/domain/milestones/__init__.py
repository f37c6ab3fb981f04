"""Milestones: which customer must be told of which order now, each kind once, never of a slip."""
