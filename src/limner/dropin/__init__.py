"""Scripts that other skills already call by name: their flags, their lines, our engine."""
