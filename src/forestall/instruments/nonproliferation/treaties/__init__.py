"""Treaties: what each asks for, and who is bound by it on a day."""
