"""What each kind of request in a batchUpdate does to a book."""
