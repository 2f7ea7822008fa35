"""Non-proliferation: what states have promised, who is outside what, what they hold, and what is agreed between them."""
