"""Speed, measured side by side with peers in one run: `uv run python -m bench`. Ratios, never assertions."""
