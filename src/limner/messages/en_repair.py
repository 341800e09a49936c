"""English: the ledger looked at, put right and copied."""

TEXTS: dict[str, str] = {
    "found.damage": "The ledger's file is damaged ({first}). Mend it with: {command}",
    "found.strays": "In the ledger, {count} rows of {table} speak of something that is no longer there.",
    "found.entries": "Entries of the job {job} are missing, so nothing proves what it cost.",
    "found.cost": "The job {job} says it cost {told}; the entries that are there add up to {right}.",
    "found.reserved": "The job {job} holds {told} back; by its entries it should be {right}.",
    "found.sums": "The daily sums say {told} for {model} at {gateway}; the entries add up to {right}.",
    "found.sent": "The job {job} says it was sent {told} times; {right} attempts are written down.",
    "found.owned": "The job {job} has ended and still has an owner.",
    "found.altered": "The quote {quote} is not what was agreed to. It cannot be run.",
    "found.clock": "This machine's clock was set back. The ledger's own goes on from where it was, now about {minutes} "
    "minutes ahead, and slowly falls into step.",
    "found.orphans": "{folder} has {count} folders of jobs that the ledger does not know: {paths}",
    "found.gone": "{count} pictures are no longer where they were saved, perhaps moved or deleted: {paths}",
    "found.by_repair": "What the entries prove is put right by: {command}",
    "repair.at_work": "Another limner is at work with the ledger {path}. Wait until its jobs have ended, then try again.",
    "repair.no_copy": "The old ledger could not be copied to {path} ({reason}), so nothing was changed.",
    "repair.nothing": "There was nothing to mend.",
    "repair.copy": "The ledger as it was is kept as {path}.",
    "repair.mended": "Put right: {count}.",
    "repair.saved": "Read from the damaged ledger: {jobs} jobs, {pictures} pictures, {entries} movements of money.",
    "repair.lost": "Parts of these could not be read: {tables}. Charges may be missing from the sums and limits, and jobs from "
    "the list: compare with the gateways' own bills. Every yes that was still open is withdrawn.",
    "repair.left": "Not put right, because nothing proves what it should be: {count}.",
    "backup.done": "The ledger is copied to {path}, its files are listed in {files}.",
    "backup.exists": "{path} is already there. Nothing was written; name another file.",
    "backup.failed": "The copy {path} could not be written: {reason}.",
    "backup.none": "There is no ledger yet, so there is nothing to copy.",
}
