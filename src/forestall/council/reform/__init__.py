"""What reform of the Council would change."""
