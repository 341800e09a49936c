"""English. One sentence that says what is wrong, what is allowed, and what to do; `.next` keys say what next."""

from limner.messages import en_choosing, en_delivery, en_engine, en_next, en_open, en_repair, en_words
from limner.messages.en_checks import TEXTS as _CHECKS

TEXTS: dict[str, str] = {
    **_CHECKS,
    **en_engine.TEXTS,
    **en_open.TEXTS,
    **en_repair.TEXTS,
    **en_choosing.TEXTS,
    **en_delivery.TEXTS,
    **en_words.TEXTS,
    **en_next.TEXTS,
    "unexpected": "Something went wrong that limner has no words for. Try again later, or with another model; the details are in the log.",
    "internal": "Something went wrong inside limner. Whatever was sent is on record: `limner jobs`. The details are in the log; please report them with what `limner doctor` says.",
    # What will be other than asked
    "adjusted.sends": "{n} pictures are made {each} at a time.",
    "adjusted.pictures_each": "One order of {model} usually brings {each} pictures at one price. Orders: {n}.",
    "adjusted.no_size": "{model} has no size to choose, so {size} is left out.",
    "adjusted.size_wins": "The size {size} goes before the ratio {ratio}.",
    # Faces
    "usage.words": "{command}: {reason}. See `{command} --help`.",
    "usage.fields_alone": "--fields chooses from the JSON object, so it needs --json beside it.",
    "usage.missing": "`{command}` still needs {names}. See `{command} --help`.",
    "usage.option_unknown": "`{command}` has no option {option}. It takes: {allowed}.",
    "usage.option_near": "`{command}` has no option {option}. Did you mean {near}?",
    "usage.surplus": "`{command}` has no use for {words}. Put a text of several words in quotes.",
    "usage.not_text": "{word} is not readable text. Type it in UTF-8.",
    "usage.choice": "{option} cannot be {value}. Allowed: {allowed}.",
    "usage.value_missing": "{option} needs a value: {option} {wanted}",
    "usage.value_surplus": "{option} takes no value. Leave {value} out.",
    "usage.whole_number": "{option} takes a whole number, not {value}.",
    "usage.from": "{option} takes a whole number from {low} on, not {value}.",
    "usage.from_to": "{option} takes a whole number from {low} to {high}, not {value}.",
    "usage.seconds": "{option} takes a number of seconds, such as 50, not {value}.",
    "usage.amount": "{option} takes a plain amount, such as 0.04, not {value}.",
    "usage.day": "{option} takes a day, such as 2026-11-01, not {value}.",
    "fields.unknown": "There is no field {name}. There are: {known}.",
    "command.unknown": "There is no command {command}. There are: {known}.",
    "command.unknown_near": "There is no command {command}. Did you mean {near}?",
    "approve.no_terminal": "A yes is given here by a person at a terminal. To pass on a person's yes: "
    "{command}",
    "approval.person": "Here a person has to say yes with their own hand, at a terminal or in the studio: {command}",
    "worker.gone": "The process that was to do it ended before it began. Nothing was sent; the quote {quote} can be run again.",
    "run.renamed": "{asked} was saved as {name}: the picture is {came}, whatever it was to be called.",
    "run.already": "The quote {quote} was already used by the job {job}; nothing is bought again.",
    "gateways.no_url": "An address is missing: --url https://…/v1",
    "jobs.none": "There are no such jobs.",
    "jobs.none_yet": "There are no jobs yet.",
    "models.none": "No model fits.",
    "changes.none": "No gateway's list has been looked at yet. Every quote looks at one.",
    "changes.live": "its own list",
    "changes.facts": "the dated facts",
    "changes.first": "{count} models, first look",
    "changes.models": "{count} models",
    "changes.contract": "description: {contract}",
    "models.seconds": "{low}-{high} s",
    "models.edits": "edits",
    "job.left": "Nobody is at work on the job {job} any more. Bring home what there is: {command}",
    "quote.summary": "{n} x {model}{size}: {price}.",
    "recover.unknown": "up to {uncertain} may have been charged",
    "spend.picture": "1 picture",
    "spend.pictures": "{count} pictures",
    # The quote card
    "card.title": "Quote {quote}",
    "card.model": "model",
    "card.gateway": "gateway",
    "card.prompt": "prompt",
    "card.pictures": "pictures",
    "card.size": "size",
    "card.ratio": "ratio",
    "card.references": "references",
    "card.shrunk": "{name}: {before} -> {after} ({width}x{height})",
    "card.as_is": "{name}: {after} ({width}x{height})",
    "card.repair": "if refused",
    "card.price": "price",
    "card.price_about": "about {price}",
    "card.price_most": "about {price}, at most {ceiling}",
    "card.price_repeats": "about {price}, at most {ceiling} if answers are lost ({attempts} attempts)",
    "card.price_free": "free",
    "card.price_unknown": "not known, at most {ceiling}",
    "card.tariff": "tariff",
    "card.tariff_of": "{source}, as of {as_of}",
    "card.tariff_own": "your own configuration (config.toml)",
    "card.time": "time",
    "card.time_about": "usually {low} to {high} s",
    "card.expires": "good for",
    "card.minutes": "{minutes} minutes",
    "card.note": "note",
    "card.sandbox": "SANDBOX: play money, painted pictures",
    "card.ask": "Spend at most {ceiling}? [y/N] ",
    "card.yes_words": "y yes",
    # Progress
    "progress.submitting": "waiting for {gateway}",
    "progress.repeating": "attempt {attempt} of {of} failed ({reason}); again in {seconds} s",
    "progress.collecting": "saving",
    "progress.elapsed": "{elapsed} s, usually {low} to {high} s",
    "progress.goes_on": "Still working; the job goes on by itself.",
    "progress.left": "You stopped watching; the job goes on by itself. Look at it with: {command}",
    # What to do next
    "next.approve": "Say yes and make it: {command}",
    "next.approve_yourself": "For the person, at a terminal or in the studio: {command}",
    "next.run": "Make it: {command}",
    "next.status": "Look again: {command}",
    "next.recover": "Fetch what is there: {command}",
    "next.unknown": "Look at the gateway's own bill to see what became of it. Until that is known the money stays reserved.",
    "next.models": "See what there is: limner models",
    "next.failed": "Change the words, or choose another model, and make a new quote. This one is not sent again.",
    "next.wait": "It goes on by itself. Keep checking: {command}",
    "next.quote": "Make a new quote: limner quote …",
    # Setting up
    "onboarding": """limner needs a gateway's key before it can make real pictures.
Three ways to set one:

  1. For this terminal only:
       export OMNIMAAS_API_KEY="sk-..."
       # only if you have an address of your own:
       export OMNIMAAS_BASE_URL="https://…/v1"

  2. For good: put the same export line into ~/.zshrc or ~/.bashrc.

  3. In a file, without variables:
       limner setup      (asks for it unseen, writes a file only you can read)
     or by hand:
       (umask 077; cat > ~/.product_shots_imagegen_api_key)
       then paste the key, press Enter and Ctrl-D

Where the key comes from: {keys_from}
One key serves the GPT and the Gemini models.
Never paste a key into a chat.

Other gateways, the same three ways:
  {others}

No key yet? Try everything with play money:
  limner make "a lighthouse at dusk" --sandbox
A generator on your own machine is free:
  limner gateways add local --url http://127.0.0.1:1234/v1""",
    "onboarding.other": """{gateway} needs its key before it can make real pictures.
Three ways to set one:

  1. For this terminal only:
       export {variable}="..."

  2. For good: put the same export line into ~/.zshrc or ~/.bashrc.

  3. In a file, without variables:
       limner setup {name}      (asks for it unseen, writes a file only you can read)

Where the key comes from: {keys_from}
Never paste a key into a chat.

No key yet? Try it with play money:
  limner make "a lighthouse at dusk" --gateway {name} --sandbox""",
    "onboarding.from": "Where the key comes from: {keys_from}",
    "setup.ask": "Key for {gateway} (it is not shown while you type): ",
    "setup.saved": "The key {key} for {gateway} is saved in {path}.",
    "setup.saved_keyring": "The key {key} for {gateway} is saved in the system's keyring.",
    "setup.try": 'Try it: limner quote "a lighthouse at dusk"',
    "gateways.added": "The gateway {name} is added: {url}.",
    "gateways.ready": "ready, key {key} from {source}",
    "gateways.no_key": "no key yet: {command}",
    "gateways.endpoint": "  {host}: {what}. When: {when}.",
    "gateways.own_host": "the prompt, the model, its settings, reference pictures; the key",
    "gateways.own_host_keyless": "the prompt, the model, its settings, reference pictures; no key",
    "gateways.always": "always",
    "gateways.nowhere_else": "limner speaks to no other host, save those that a gateway names for its finished pictures, and the chats you set up for deliveries.",
    "gateways.ready_keyless": "ready, no key needed",
    "doctor.home": "data",
    "doctor.settings": "configuration",
    "doctor.extras": "extras",
    "doctor.gateway": "{address}, {status}",
    "doctor.fine": "Everything is as it should be.",
    "doctor.to_do": "To look at: {count}.",
    "doctor.no_gateway": "No gateway is set up. Run `limner setup`, or try the sandbox.",
    "doctor.proxy": "{names} is set in the environment. limner ignores it; if a proxy is needed, set `proxy` in {path}.",
    "doctor.open_folder": "Other users can look into {path}. Close it: chmod 700 {path}",
    "doctor.open_file": "{path} can be read by other users. Close it: chmod 600 {path}",
    "doctor.unfinished": "Unfinished jobs: {count}. `limner recover` brings home what it can.",
    "doctor.unknown": "Jobs with an unknown outcome: {count}, {amount} reserved. `limner jobs --state unknown` lists them.",
    "recover.no_gateway": "A task belongs to a gateway: name it with --gateway. Known are: {known}.",
    "recover.adopted": "The task was paid for where it was started; fetching it costs nothing.",
    "recover.address": "{name}: {url}",
    # the states of a job
    "state.approved": "approved",
    "state.submitting": "submitting",
    "state.submitted": "submitted",
    "state.running": "running",
    "state.collecting": "collecting",
    "state.done": "done",
    "state.failed": "failed",
    "state.canceled": "canceled",
    "state.unknown": "unknown",
    "recover.none": "Nothing is unfinished.",
    # Forgetting
    "forget.logs": "logs",
    "forget.spools": "gateways' raw answers",
    "forget.references": "copies of reference pictures",
    "forget.prompts": "prompts, by jobs and quotes",
    "forget.jobs": "jobs, all but what they cost",
    "forget.pictures": "pictures limner saved",
    "forget.choose": "Nothing was removed. Say what is to go: {kinds}.",
    "forget.nothing": "There is nothing of that kind, so nothing was removed.",
    "forget.next": "Nothing was removed yet. Remove it for good: {command}",
    "forget.ask": "Remove this for good? [y/N] ",
    "forget.declined": "You said no. Nothing was removed.",
    "forget.done": "Removed for good:",
    "forget.stays": "What was spent stays on record, and so does every job that is unfinished or has an open question.",
    "forget.not_removed": "{path} could not be removed: {reason}. What stands above it in the list is gone; mend that and run it again.",
    "spend.none": "Nothing has been spent yet.",
    "spend.reserved": "reserved",
    "sandbox.how": "OmniMaaS: OMNIMAAS_API_KEY=sk-anything OMNIMAAS_BASE_URL={url}/omnimaas/v1",
    "sandbox.running": "The sandbox listens at {url}. Ctrl-C ends it.",
    "show.job": "job",
    "show.sandbox": "made by the sandbox: play money, not a real generation",
    # Budgets, stops, open questions
    "resolve.nothing_open": "There is no open question about the job {job}.",
    "resolve.done": "The job {job} is closed: {cost} charged.",
    "budget.not_an_amount_in": 'The limit {name} in {path} cannot be {value}: it has to be an amount in {unit} from 0 on, such as "1.50". Nothing was sent.',
    "budget.not_an_amount": 'The limit {name} cannot be {value}: it has to be an amount in {unit} from 0 on, such as "1.50". Nothing was sent.',
    "budget.per_picture": "One picture may cost up to {ceiling}; your limit for a picture is {cap}. Nothing was sent.",
    "budget.per_run": "This may cost up to {ceiling}; your limit for a run is {cap}. Nothing was sent.",
    "budget.per_hour": "This may cost up to {ceiling}; of your {cap} an hour, {spent} is spent and {held} reserved. Nothing was sent.",
    "budget.per_day": "This may cost up to {ceiling}; of your {cap} a day, {spent} is spent and {held} reserved. Nothing was sent.",
    "budget.per_month": "This may cost up to {ceiling}; of your {cap} a month, {spent} is spent and {held} reserved. Nothing was sent.",
    "stopped.dear": "limner has stopped buying at {gateway}: the job {job} cost more than was agreed to. When you have looked at it: limner gateways {gateway} --resume",
    "stopped.unknown": "limner has stopped buying at {gateway}: three answers were lost in a row, the last of them the job {job}. When you have looked at its bill: limner gateways {gateway} --resume",
    "stopped.rush": "limner has stopped buying at {gateway}: more would be spent within ten minutes than stop_per_10_minutes allows. When you have seen who is in such a hurry: limner gateways {gateway} --resume",
    "stopped.many": "limner has stopped buying at {gateway}: more paid jobs within ten minutes than stop_jobs_per_10_minutes allows, as when a program goes round in circles. When they are meant: limner gateways {gateway} --resume",
    "budget.unknown": "The configuration has a limit {name}, which limner does not know. Allowed are: {allowed}. Nothing was sent.",
    "budget.unknown_unit": "[budget.{name}] in the configuration limits nothing, because no gateway counts in {name}. Allowed are: {allowed}. Nothing was sent.",
    "budget.not_under_a_unit": "{name} stands under [budget] in the configuration, where it limits nothing. Put it under a unit, such as [budget.USD]. Nothing was sent.",
    "budget.not_a_count": "{value} under {name} in the configuration is not a whole number. Write it like 200; 0 means however many.",
    "stopped.refused": "limner has stopped buying at {gateway}: the account was refused three times in a row. When that is mended: limner gateways {gateway} --resume",
    "gateways.resumed": "{name} may be bought from again.",
    "next.resolve": "When you know what the gateway charged: {answer} (or no)",
    "progress.queued": "waiting for a free place at {gateway}",
    # The MCP server
    "mcp.not_installed": "The MCP server is not installed. Install it with: pip install 'limner[mcp]'",
    "mcp.port_taken": "Port {port} cannot be used: {reason}. Name another with --http, or 0 for any free one.",
    "mcp.prompt_or_sentence": "Give either prompt or sentence, and not both: a prompt is taken word for word, a sentence "
    "is read with its settings. Nothing was sent or spent.",
    "mcp.job_or_task": "Give either job_id, or gateway and task_id together. Nothing was sent or spent.",
    "mcp.slow_task": "The gateway did not say within {seconds} s how that task stands. Nothing was bought; try again.",
    "mcp.slow": "The gateway did not say its price within {seconds} s. Nothing was sent or spent; try again.",
    "mcp.cursor": "There is no page after {cursor}. Use the next_cursor of the page before, or leave cursor out.",
    "mcp.unknown_argument": "{tool} takes no {name}. It takes: {allowed}.",
    "mcp.missing_argument": "{tool} needs {name}.",
    "mcp.bad_argument": "{name} of {tool} does not fit. Allowed: {allowed}.",
    "approval.unclear": "What came back from the question was neither a yes nor a no, so nothing was sent or spent.",
}
