"""Controls that hold one value: labels, texts, a number, a date."""
