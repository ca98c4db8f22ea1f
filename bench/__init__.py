"""The side-by-side benchmark: Emptor beside two well-tuned twins and a floor, in one run on one machine."""
