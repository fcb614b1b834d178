"""Scripts that drive real clients of the Tavus-compatible API, run by `.venv-clients`; tests read what they print."""
