"""AI pictures on commission: a quote, a yes, a picture."""

__version__ = "0.1.0"
