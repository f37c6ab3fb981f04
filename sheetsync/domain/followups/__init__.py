"""What is to be done about orders, and what was said about them: tasks, calls, answers."""
