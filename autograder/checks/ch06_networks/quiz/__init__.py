"""The quiz of chapter 6: questions from the data file, and code items beside them."""
