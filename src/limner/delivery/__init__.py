"""
A picture and its caption to a chat.

Only to targets that the person named in the configuration: a face passes on a name, never an address or a
token, so that nobody's text can send pictures elsewhere. The picture's own bytes are sent, because links of
gateways run out. Each picture goes to each target once; the ledger remembers, and what nobody knows the end
of is not sent again without a word.
"""
