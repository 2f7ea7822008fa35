"""Regional organisations as partners in a crisis: who stands closest, and how the UN worked with them there before."""
