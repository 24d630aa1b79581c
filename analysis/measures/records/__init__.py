"""Measures on a force's records: reports, and the incidents that they are guessed to be."""
