"""Non-proliferation: what states have promised, who is outside what, what they hold, what is agreed between them."""
