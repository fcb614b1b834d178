"""Services of others that engines call with a key: who they are, whose key is used, and what their refusals mean."""
