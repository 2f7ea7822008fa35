"""The Security Council: who sits, what it decided, what falls due, what a vote is worth, what reform would change."""
