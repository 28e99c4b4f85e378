"""Open Prompts, for Label Studio. Layers: interfaces > app > container > services > engine > adapters > domain."""

__version__ = "0.1.0"
