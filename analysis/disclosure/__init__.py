"""What may leave a force: which numbers are hidden, and what rests on them."""
