"""Do the numbers hold where people label as people do? Simulated projects whose truth is known."""
