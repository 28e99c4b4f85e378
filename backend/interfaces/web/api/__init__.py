"""The Prompts REST API: what scripts written for Label Studio's own SDK call."""
