"""What a newcomer tries first: sample tasks, prompts and a stand-in model, so nothing needs a key or a download."""
