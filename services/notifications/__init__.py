"""Says to clients what was agreed, once and only what still holds."""
