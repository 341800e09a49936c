"""
The MCP server: limner as tools for agents, on standard input and output or on a loopback port.

Nothing is bought without a yes to exactly the quote that was shown. Where the host can ask, the person is
asked in a dialog; where it cannot, the tool says how to ask.
"""

from limner.mcp.serving import serve

__all__ = ["serve"]
