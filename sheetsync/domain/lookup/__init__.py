"""What a person on the phone needs to know of an order, from what the last pass left; see `answer`."""

from sheetsync.domain.lookup.answer import Answer, Case, Line, Look, Said, answer

__all__ = ["Answer", "Case", "Line", "Look", "Said", "answer"]
