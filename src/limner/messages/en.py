"""English. One sentence that says what is wrong, what is allowed, and what to do; `.next` keys say what next."""

TEXTS: dict[str, str] = {
    "unexpected": "Something went wrong that limner has no words for. The details are in the job's folder.",
    "internal": "limner itself failed: {reason}. `limner jobs` says how things stand. Please report this, with what "
    "`limner doctor` says.",
    # What was asked
    "prompt.empty": "The prompt is empty. Say in a few words what the picture should show.",
    "prompt.not_text": "The prompt is not readable text. Give it in UTF-8.",
    "prompt.twice": "The prompt is there more than once. Give it as PROMPT, with --prompt or with --prompt-file.",
    "prompt.too_long": "The prompt has {length} characters; at most {limit} are taken. Shorten it.",
    "n.out_of_range": "{n} pictures cannot be asked for at once. Ask for 1 to {limit}.",
    "attempts.out_of_range": "{attempts} attempts are not possible. Say 1 to 5.",
    "ratio.unknown": "{model} has no aspect ratio {ratio}. It takes {allowed}.",
    "ratio.none": "{model} takes no aspect ratio, as far as is known. Leave {ratio} out.",
    "size.unknown": "{model} has no size {size}. It takes {allowed}.",
    "size.elsewhere": "{model} has no size {size}; it takes {allowed}. {size} can be had from {others}.",
    "parameter.unknown": "{model} has no parameter {name}. It takes: {allowed}.",
    "parameter.unknown_near": "{model} has no parameter {name}. Did you mean {near}? It takes: {allowed}.",
    "parameter.none": "No parameter of {model} is known besides the prompt, so {name} is not sent.",
    "parameter.missing": "{model} also needs {names}.",
    "parameter.value": "{model} does not take {name}={value}. Allowed: {allowed}.",
    "model.none": "No model is known for this gateway. Name one with --model.",
    "model.unknown": "There is no model {model}. Known are: {known}.",
    "model.unknown_near": "There is no model {model}. Did you mean {near}? Known are: {known}.",
    "model.no_references": "{model} takes no reference pictures. Leave them out, or choose a model that does: "
    "limner models --task edit",
    "model.needs_reference": "{model} works on a picture. Give it one with --ref.",
    "max_cost.not_an_amount": "{value} is not an amount. Give a plain number in {unit}, such as 1.50.",
    "quote.price_unknown": "Nobody says what {model} costs. Set a price for it in the configuration, or give "
    "--max-cost with the most it may cost in {unit}.",
    "quote.above_limit": "This may cost up to {ceiling}, which is above your limit of {limit}. Nothing was sent.",
    "request.not_json": "The request is not JSON: {reason}.",
    "request.not_an_object": "The request has to be one JSON object, such as {example}.",
    "request.unknown_field": "The request has no field {name}. It takes: {allowed}.",
    "request.wants_number": "The field {name} of the request has to be a whole number.",
    "request.wants_list": "The field {name} of the request has to be a list of paths.",
    "request.wants_object": "The field {name} of the request has to be an object.",
    "request.wants_text": "The field {name} of the request has to be a text.",
    "extra.not_a_pair": "{value} is not of the form NAME=VALUE.",
    "file.unreadable": "{path} cannot be read: {reason}.",
    "file.not_text": "{path} is not readable text. Save it as UTF-8.",
    "document.not_json": "{path} is not readable JSON: {reason}.",
    # References
    "reference.too_many": "{count} reference pictures are too many; at most {limit} are taken.",
    "reference.url_not_taken": "{path} is a web address. Save the picture first and give the file.",
    "reference.missing": "There is no file {path}.",
    "reference.unreadable": "{path} cannot be read. Check that you may open it.",
    "reference.folder": "{path} is a folder. Name a picture in it.",
    "reference.not_a_file": "{path} is not a file. Name a picture.",
    "reference.empty": "{path} is an empty file. Name a picture.",
    "reference.not_a_picture": "{path} is not a picture. Taken are: {allowed}.",
    "reference.type": "{path} is {found}, which is not taken. Taken are: {allowed}.",
    "reference.broken": "{path} is a damaged picture. Save it again or name another.",
    "reference.too_large": "{path} has more than {limit} million pixels. Make it smaller first.",
    "reference.too_heavy": "{path} is larger than {limit}. Make it smaller first.",
    "reference.does_not_fit": "{path} cannot be brought below {limit} bytes. Name a smaller picture.",
    "reference.needs_heif": "{path} is a HEIC picture. Install what reads it, pip install 'limner[heif]', or save it as "
    "JPEG.",
    "reference.changed": "{path} changed while it was being read. Try again.",
    "reference.not_stored": "A smaller copy of a reference picture could not be stored in {path}: {reason}.",
    # Where pictures go
    "run.bad_name": "{name} cannot name a run. Use letters, digits, dots and hyphens.",
    "output.exists": "{path} is already there. Choose another name, or allow it with --overwrite.",
    "output.not_writable": "Nothing can be written to {path}: {reason}. Choose another place with --out.",
    "output.no_room": "The disk of {path} is nearly full; {need} have to be free before a picture is bought.",
    # Settings, gateways, keys
    "settings.unreadable": "{path} cannot be read: {reason}.",
    "settings.not_toml": "{path} is not valid TOML: {reason}.",
    "gateway.unknown": "There is no gateway {name}. Known are: {known}. Add one with `limner gateways add`.",
    "gateway.exists": "There is already a gateway {name}. Choose another name.",
    "gateway.bad_name": "{name} cannot be a gateway's name. Use letters, digits and hyphens.",
    "key.none": "No key for {gateway} is set up, so nothing was sent.",
    "key.variable_empty": "The gateway {gateway} takes its key from {variable}, which is not set.",
    "key.file_empty": "The gateway {gateway} takes its key from {path}, and there is none in it.",
    "key.file_unreadable": "The key file {path} cannot be read: {reason}.",
    "key.file_open": "{path} can be read by other users of this machine. Close it: chmod 600 {path}",
    "key.not_a_key": "What {source} holds is not a key: it has spaces or odd characters. Set it again.",
    "key.without_address": "{key} is set, but not the address it belongs to. Set {base} as well; a key is never "
    "sent to another service's address.",
    "key.empty": "No key was entered, so nothing was changed.",
    "key.no_keyring": "This machine has no keyring that limner can use: {reason}. Leave --keyring out to use a file.",
    "address.not_a_url": "The address of {gateway} is not a URL: {url}. It has to begin with https://.",
    "address.not_encrypted": "The address of {gateway} would send your key unencrypted to {host}. Use https, or set "
    "allow_http = true for it in the configuration if that network is yours.",
    "proxy.scheme": "A proxy of the kind {scheme} is not possible. Use http, https, socks5 or socks5h.",
    "setup.no_terminal": "A key is only taken from a terminal, where it can be typed unseen. Run `limner setup` there.",
    "setup.key_in_words": "A key does not belong on the command line, where other programs can read it. Run "
    "`limner setup` and type it when you are asked.",
    "settings.approval_mode": "approval.mode in {path} is {mode}. It has to be relay or person.",
    "sandbox.not_installed": "The sandbox is not installed. Install it with: pip install 'limner[sandbox]'",
    "sandbox.no_start": "The sandbox did not start. Its log says why: {path}",
    # Quotes and approvals
    "quote.not_found": "There is no quote {quote}. Make one with `limner quote`.",
    "quote.altered": "The quote {quote} is not what it was when it was made. Make a new one.",
    "quote.expired": "The quote {quote} has expired. Make a new one; prices are good for 15 minutes.",
    "quote.other_account": "The quote {quote} was made for another key or address of {gateway}. Make a new one.",
    "quote.reference_changed": "{path} has changed since the quote {quote} was made. Make a new one.",
    "quote.not_shown": "This is not the order, or no longer the price, that was shown for {run}. Nothing was sent. Run it "
    "without --yes to see what it costs now, and ask again.",
    "quote.tariff_changed": "{quote} no longer holds: the gateway's list has changed. It would be at most {now} "
    "instead of {before} now. The new quote is {new}.",
    "gateway.no_balance": "{gateway} does not tell a balance.",
    "approval.needed": "This costs up to {ceiling}, so somebody has to say yes first.",
    "approval.other_quote": "The yes names {approved}, but the quote is {quote}. Nothing was sent.",
    "approval.declined": "You said no. Nothing was sent, nothing was spent.",
    # Jobs
    "job.not_found": "There is no job {job}. `limner jobs` lists them.",
    "picture.not_ours": "limner knows nothing of {path}. It was not made here, or it was changed since.",
    "job.approved": "The job {job} is approved and has not been sent yet.",
    "job.submitting": "The job {job} is on its way to the gateway.",
    "job.submitted": "The gateway has accepted the job {job} and is working on it.",
    "job.running": "The gateway is working on the job {job}.",
    "job.collecting": "The gateway has answered the job {job}; its pictures are still to be fetched.",
    "job.done": "Done: {count} of {n} saved, {cost}, {seconds} s.",
    "job.done_uncertain": "Done: {count} of {n} saved, {cost}. It was sent {sent} times because answers were lost; up "
    "to {uncertain} may have been charged besides.",
    "job.fewer": "{count} of {n} pictures were saved, {cost}. The rest did not come.",
    "job.failed": "No picture came of the job {job}.",
    "job.canceled": "The job {job} was canceled.",
    "job.unknown": "Nobody knows yet what became of the job {job}: it was sent, and no usable answer came. Up to "
    "{uncertain} may have been charged. It is not sent again by itself.",
    "job.interrupted": "limner was interrupted while {gateway} was working, before its answer arrived.",
    "job.never_sent": "limner was interrupted before anything was sent.",
    "job.part_never_sent": "limner was interrupted before all of it was sent.",
    "charged.no": "Nothing was charged.",
    "charged.yes": "{cost} was charged.",
    "charged.unknown": "It is not known whether it was charged.",
    # What gateways do
    "gateway.unreachable": "{gateway} cannot be reached at {host}. Nothing was sent. Check the network.",
    "gateway.certificate": "{host} has no certificate that this machine trusts. Nothing was sent.",
    "gateway.silent": "{gateway} took the request and has said nothing for {seconds} s.",
    "gateway.broke_off": "The connection to {gateway} broke off after the request was sent.",
    "gateway.gave_up": "Something in front of {gateway} gave up waiting (HTTP {status}); the picture may still be "
    "made and charged.",
    "gateway.unreadable_error": "{gateway} failed with HTTP {status} and no explanation.",
    "gateway.said_no": "{gateway} said no: {said}",
    "gateway.own_fault": "{gateway} had a fault of its own (HTTP {status}): {said}",
    "gateway.refused": "{gateway} refused the request (HTTP {status}): {said}",
    "gateway.redirected": "{gateway} answered with a redirect (HTTP {status}), which is not followed with a paid "
    "request. Check the address.",
    "gateway.key_refused": "{gateway} does not accept the key. Check it with `limner doctor`.",
    "gateway.forbidden": "{gateway} does not allow this key to do that: {said}",
    "gateway.funds": "The balance at {gateway} is not enough: {said}",
    "gateway.funds_at": "The balance at {gateway} is not enough: {said} Top it up at {url} (Billing/Credits), then ask "
    "again.",
    "gateway.said_failed": "{gateway} took the request and then said that it failed: {said} Whether that was charged "
    "is not known.",
    "gateway.rate": "{gateway} asks for a pause (HTTP 429): {said}",
    "gateway.content": "{gateway} will not paint this: {said}",
    "gateway.empty_list": "{gateway} lists nothing to buy at the moment. Try again later.",
    "gateway.no_other_host": "{gateway} takes reference files at another host, and the key for {base} is not for that one. "
    "Set {variable} to the address that belongs to it.",
    "refused.subscription": "{gateway} sells this model to subscribers only. Choose another model.",
    "refused.price_differs": "{gateway} counts another price for this than its list says. Make a new quote.",
    "refused.no_such_row": "{gateway} has no price for this combination. Try another size or another model.",
    "refused.other_row": "{gateway} says that these parameters belong to another product. Make a new quote, or try another "
    "model.",
    "refused.attribute": "{gateway} did not recognise what was ordered. Try again later.",
    # What a quote allows to be sent instead, and that it was
    "repair.smaller": "{size} for {price}, if the gateway fails at the size that was chosen",
    "repair.smaller.now": "The gateway failed at this size; now {size} for {price}, as agreed.",
    "repair.smaller.done": "Sent again as {size} for {price}, because the gateway failed at the size that was chosen.",
    "repair.completed": "completed from the gateway's tariff for {price}, if it misses parameters",
    "repair.completed.now": "The gateway missed parameters; now completed from its tariff for {price}, as agreed.",
    "repair.completed.done": "Sent again for {price}, with the parameters that the gateway missed.",
    "repair.other_row": "as another row of the gateway's tariff for {price}, if it refuses the one that was chosen",
    "repair.other_row.now": "The gateway refused this row of its tariff; now another one for {price}, as agreed.",
    "repair.other_row.done": "Sent again for {price} as another row of the gateway's tariff.",
    "gateway.cannot_look": "{gateway} has no way to look at the task {task}.",
    "gateway.no_list": "{gateway} does not list its models. Name one with --model.",
    "gateway.elsewhere": "{gateway} cannot be reached at {host}. Nothing was charged.",
    "upload.failed": "The reference picture could not be brought to {gateway}. Nothing was charged.",
    "upload.refused": "{gateway} did not take the reference picture (HTTP {status}). Nothing was charged.",
    "upload.unknown": "This server of {gateway} takes no picture files. Put the pictures on the web and give their "
    "addresses: -x 'reference_images=[\"https://…\"]'. Nothing was charged.",
    "reference.not_addresses": "reference_images takes a list of at most {limit} web addresses, such as "
    '["https://example.com/a.png"].',
    "market.contract": "The list of models that {gateway} gave cannot be used: {field} is missing or not what it should be. Nothing was sent.",
    "task.still_running": "The gateway is still working on the task {task}; limner has stopped waiting, the task goes on.",
    "task.unknown": "{gateway} tells nothing of the task {task} ({said}). Check the id, and that the key is the one it "
    "was started with.",
    "task.failed": "{gateway} could not finish the picture: {said}",
    "task.canceled": "{gateway} canceled the task {task}: {said}",
    "task.no_pictures": "{gateway} says the task {task} is done, but names no picture.",
    "answer.unreadable": "{gateway} answered in a form that limner cannot read. The answer is kept: {path}",
    "answer.task": "{gateway} answered with a task ({task}) instead of a picture, and has no way to look at it.",
    "stream.no_id": "{gateway} answered with a stream that ended before it named the picture's task, so there is "
    "nothing to look at. It may have been charged.",
    "stream.too_long": "A line of the stream is longer than any picture; the rest of it was not read.",
    "answer.words_only": "{gateway} answered in words instead of a picture: {said}",
    "answer.not_stored": "The answer came, but could not be stored in {path}: {reason}.",
    "picture.broken": "What came is not a whole picture ({reason}). The raw answer is kept in the job's folder.",
    "picture.tiny": "The picture that came is only {bytes} bytes ({width}x{height}), which no real one is. The raw "
    "answer is kept in the job's folder.",
    "picture.link_failed": "The picture is ready at {host}, but could not be fetched.",
    "picture.link_gone": "The picture's link at {host} does not work (HTTP {status}).",
    "picture.link_odd": "{gateway} gave a picture link that cannot be followed.",
    "picture.link_redirects": "The picture's link leads from place to place without end ({host}).",
    # The ledger
    "ledger.damaged": "The ledger {path} is damaged. Nothing was sent. Keep the file and run `limner doctor`.",
    "ledger.newer": "The ledger {path} was written by a newer limner. Update limner; nothing was changed.",
    "ledger.cannot_write": "The ledger {path} cannot be written: {reason}. Nothing was sent.",
    "ledger.busy": "Another limner is holding the ledger {path}. Nothing was sent; try again in a moment.",
    # What will be other than asked
    "adjusted.sends": "{n} pictures are made {each} at a time.",
    "adjusted.pictures_each": "One order of {model} usually brings {each} pictures at one price. Orders: {n}.",
    "adjusted.no_size": "{model} has no size to choose, so {size} is left out.",
    "adjusted.size_wins": "The size {size} goes before the ratio {ratio}.",
    # Faces
    "usage.words": "{command}: {reason}. See `{command} --help`.",
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
    "approval.person": "Here a person has to say yes with their own hand, at a terminal: {command}",
    "worker.gone": "The process that was to do it ended before it began. Nothing was sent; the quote {quote} can be run again.",
    "run.already": "The quote {quote} was already used by the job {job}; nothing is bought again.",
    "gateways.no_url": "An address is missing: --url https://…/v1",
    "jobs.none": "There are no such jobs.",
    "models.none": "No model fits.",
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
    "gateways.ready_keyless": "ready, no key needed",
    "doctor.home": "data",
    "doctor.settings": "configuration",
    "doctor.extras": "extras",
    "doctor.fine": "Everything is as it should be.",
    "doctor.to_do": "To look at: {count}.",
    "doctor.no_gateway": "No gateway is set up. Run `limner setup`, or try the sandbox.",
    "doctor.proxy": "{names} is set in the environment. limner ignores it; if a proxy is needed, set `proxy` in {path}.",
    "doctor.open_file": "{path} can be read by other users. Close it: chmod 600 {path}",
    "doctor.unfinished": "Unfinished jobs: {count}. `limner recover` brings home what it can.",
    "doctor.unknown": "Jobs with an unknown outcome: {count}, {amount} reserved. `limner jobs --state unknown` lists them.",
    "recover.no_gateway": "A task belongs to a gateway: name it with --gateway. Known are: {known}.",
    "recover.adopted": "The task was paid for where it was started; fetching it costs nothing.",
    "recover.address": "{name}: {url}",
    "recover.none": "Nothing is unfinished.",
    "spend.none": "Nothing has been spent yet.",
    "spend.reserved": "reserved",
    "sandbox.how": "OmniMaaS: OMNIMAAS_API_KEY=sk-anything OMNIMAAS_BASE_URL={url}/omnimaas/v1",
    "sandbox.running": "The sandbox listens at {url}. Ctrl-C ends it.",
    "show.job": "job",
    "show.sandbox": "made by the sandbox: play money, not a real generation",
    # Budgets, stops, open questions
    "resolve.nothing_open": "There is no open question about the job {job}.",
    "resolve.done": "The job {job} is closed: {cost} charged.",
    "budget.not_an_amount": '{value} under {name} in the configuration is not an amount in {unit}. Write it like "1.50".',
    "budget.per_picture": "One picture may cost up to {ceiling}; your limit for a picture is {cap}. Nothing was sent.",
    "budget.per_run": "This may cost up to {ceiling}; your limit for a run is {cap}. Nothing was sent.",
    "budget.per_hour": "This may cost up to {ceiling}; of your {cap} an hour, {spent} is spent and {held} reserved. Nothing was sent.",
    "budget.per_day": "This may cost up to {ceiling}; of your {cap} a day, {spent} is spent and {held} reserved. Nothing was sent.",
    "budget.per_month": "This may cost up to {ceiling}; of your {cap} a month, {spent} is spent and {held} reserved. Nothing was sent.",
    "stopped.dear": "limner has stopped buying at {gateway}: the job {job} cost more than was agreed to. When you have looked at it: limner gateways {gateway} --resume",
    "stopped.unknown": "limner has stopped buying at {gateway}: three answers were lost in a row, the last of them the job {job}. When you have looked at its bill: limner gateways {gateway} --resume",
    "stopped.refused": "limner has stopped buying at {gateway}: the account was refused three times in a row. When that is mended: limner gateways {gateway} --resume",
    "gateways.resumed": "{name} may be bought from again.",
    "next.resolve": "When you know what the gateway charged: {answer} (or no)",
    "progress.queued": "waiting for a free place at {gateway}",
}
