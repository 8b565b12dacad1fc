"""A class guesses together: rooms in the server's memory, and the questions that a run can answer."""
