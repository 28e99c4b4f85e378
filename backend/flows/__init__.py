"""What the product does, step by step: predict, evaluate, run, push."""
