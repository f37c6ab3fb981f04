"""Files that people edit by hand: read strictly, and every problem named as file, line and column."""
