"""One adapter and one facts file per gateway, same stem. `base.py` says what an adapter is."""
