"""What comes back by mail: letters that could not be delivered, and answers of people."""
