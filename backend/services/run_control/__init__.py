"""Controls a run: progress, heartbeat, ownership and termination."""
