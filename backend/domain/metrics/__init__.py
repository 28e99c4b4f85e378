"""How good answers are: scores, comparisons and the quality gate."""
