"""Key figures of a week, month or quarter: each with its count, exclusions, definition and orders."""
