"""What is lost, and what is asked again, when things break under a run: `python -m benchmarks.faults`."""
