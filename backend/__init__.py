"""Open Prompts, for Label Studio. Layers: doors (server, cli) -> app -> flows -> edges -> core."""
