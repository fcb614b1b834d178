"""The production stack without Docker: `make stack` starts what docker-compose.yml describes, on this machine."""
