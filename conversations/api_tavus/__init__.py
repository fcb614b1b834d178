"""The Tavus-compatible dialect, `/v2`: a client of that platform works by changing its base URL."""
