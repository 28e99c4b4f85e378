"""What a run under way tells and hears: progress, heartbeat, ownership and how it ends."""
