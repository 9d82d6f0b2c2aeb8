"""Stand-ins for what the shop talks to: real servers in processes of their own."""
