"""The OpenAI-compatible dialect, `/openai/v1`: each personality is a model, each voice a voice of speech."""
