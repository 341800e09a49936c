"""English: what is seen of open questions, calling a job back, and dead links. `en.py` has the rest."""

TEXTS: dict[str, str] = {
    # What was seen of a job whose outcome is not known
    "evidence.answer": "The answer to request {n} was found on the disk, whole.",
    "evidence.late_answer": "The answer to request {n}, which counted as lost, is on the disk after all, so it was probably "
    "charged too: {path}",
    "evidence.late_refusal": "The answer to request {n} is on the disk: the gateway said no. {reason}",
    "recover.rest": "Up to {uncertain} may have been charged besides. When you know from the gateway's bill: "
    "`limner resolve {job} --charged yes` or `--charged no`.",
    "evidence.no_answer": "No whole answer to request {n} is on the disk.",
    "evidence.answer_unclear": "What came back to request {n} is on the disk, and does not say whether a picture was "
    "made: {path}",
    "evidence.no_task": "{gateway} had not named a task yet, and has no list of tasks to look in.",
    "evidence.no_looks": "{gateway} named the task {task}, but has no way to look at it.",
    "evidence.task_found": "{gateway} knows the task {task}.",
    "evidence.task_gone": "{gateway} does not know the task {task} any more ({said}).",
    "evidence.task_unseen": "The task {task} could not be looked at: {reason}",
    "evidence.no_balance": "{gateway} does not tell a balance that could be compared.",
    "evidence.balance_unasked": "{gateway} could not be asked for the balance: {reason}",
    "evidence.balance_after": "The balance at {gateway} is {after} now; what it was before the request is not known.",
    "evidence.balance_same": "The balance at {gateway} is what it was before the request: {after}. Nothing seems to "
    "have been charged.",
    "evidence.balance_price": "The balance at {gateway} fell from {before} to {after}: by {fell}, which is this job's "
    "price, and nothing else of limner's ran. It was probably charged.",
    "evidence.balance_fell": "The balance at {gateway} fell from {before} to {after}, by {fell}, and nothing else of "
    "limner's ran. Something was probably charged.",
    "evidence.balance_rose": "The balance at {gateway} rose from {before} to {after}, so it tells nothing.",
    "evidence.balance_others": "The balance at {gateway} went from {before} to {after}, but {others} other jobs ran "
    "meanwhile, so it tells nothing sure.",
    "evidence.link": "A picture's link at {host} answered with {status}.",
    "evidence.links_until": "The links to the pictures are good until {when}.",
    "evidence.again": "{sentence} (seen {times} times)",
    "recover.nothing_lost": "The job {job} has no lost answer that a task could belong to.",
    "recover.task_known": "The task {task} belongs to the job {other} already.",
    "next.look_around": "See what can be found out, free of charge: {command}",
    # Links and tasks that are gone for good
    "picture.gone": "The picture of the task {task} is gone: its link at {host} no longer works ({answer}). It was "
    "made, and what it cost is counted. The link was: {link}",
    "task.forgotten": "{gateway} has not known the task {task} for more than a day. Whether it was charged is for its "
    "bill to say.",
    # What came too late
    "send.too_late": "This machine slept or stood still before the request to {gateway} left, so it was kept back. "
    "Nothing was sent.",
    "send.expired": "This machine slept or stood still until the yes to {quote} had expired. Nothing was sent; make a "
    "new quote.",
    # Calling a job back
    "cancel.before": "It was called back before the gateway had taken it up.",
    "cancel.rest": "It was called back on the way, so the rest was not sent.",
    "cancel.confirmed": "The job {job} is called back. Nothing was charged, and {ceiling} is free again.",
    "cancel.requested": "What was sent for the job {job} cannot be called back; it goes on, and you will get its "
    "pictures. The rest is not sent any more.",
    "cancel.too_late": "The job {job} cannot be called back: its request is with {gateway}, which has no way to cancel. "
    "It goes on, and you will get what it brings.",
    "cancel.unknown": "The job {job} cannot be called back: it was sent and its answer was lost. Up to {uncertain} may "
    "have been charged.",
    "cancel.ended": "The job {job} has ended already ({state}), so there is nothing to call back.",
}
