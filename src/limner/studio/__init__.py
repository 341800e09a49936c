"""
The studio: a local page where pictures are looked at, asked for, agreed to and found again.

    server ─ doors ─ app ─ one module per page ─ client
             who may come in    what is shown

Only this machine can reach it, and only a browser that was let in with the link printed at its start. Pages
read the ledger; a picture is made by a process of its own, so a closed tab or a stopped studio ends nothing.
"""
