"""Ways to wear hair: brushes for behind and in front of the head."""
