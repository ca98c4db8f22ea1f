"""The history of the tables, one file per version; each file is run once by every database."""
