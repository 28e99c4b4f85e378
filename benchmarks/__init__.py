"""What the README's figures come from: everything side by side in one run, because machines are noisy."""
