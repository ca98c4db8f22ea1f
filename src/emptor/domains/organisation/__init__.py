"""Companies, the people in them, what they may do and see, and the keys they connect with."""
