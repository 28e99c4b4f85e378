"""Better prompts: what a teacher model is asked, and which of its proposals is kept."""
