"""Training a replica from a film of a person: is the film good enough, and which part of it is used."""
