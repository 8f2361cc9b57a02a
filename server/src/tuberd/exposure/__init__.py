"""What a peer may reach: one policy, and what it asks about attributes and values."""
