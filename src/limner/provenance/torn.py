"""What ends a look into a file that is not built as it should be."""


class Torn(Exception):
    """The file ends, or makes no sense, here. What was found before it stands."""
