"""English. One sentence that says what is wrong, what is allowed, and what to do; `.next` keys say what next."""

TEXTS: dict[str, str] = {
    "unexpected": "Something went wrong that limner has no words for. The details are in the job's folder.",
    "internal": "limner itself failed: {reason}. Nothing more was sent. Please report it with `limner doctor`.",
    # What was asked
    "prompt.empty": "The prompt is empty. Say in a few words what the picture should show.",
    "prompt.too_long": "The prompt has {length} characters; at most {limit} are taken. Shorten it.",
    "n.out_of_range": "{n} pictures cannot be asked for at once. Ask for 1 to {limit}.",
    "attempts.out_of_range": "{attempts} attempts are not possible. Say 1 to 5.",
    "ratio.unknown": "{model} has no aspect ratio {ratio}. It takes {allowed}.",
    "size.unknown": "{model} has no size {size}. It takes {allowed}.",
    "parameter.unknown": "{model} has no parameter {name}. It takes: {allowed}.",
    "parameter.value": "{model} does not take {name}={value}. Allowed: {allowed}.",
    "model.none": "No model is known for this gateway. Name one with --model.",
    "model.unknown": "There is no model {model}. Known are: {known}.",
    "model.unknown_near": "There is no model {model}. Did you mean {near}? Known are: {known}.",
    "model.no_references": "{model} takes no reference pictures. Leave them out, or choose a model that does: "
    "limner models --task edit",
    "max_cost.not_an_amount": "{value} is not an amount. Give a plain number in {unit}, such as 1.50.",
    "quote.price_unknown": "Nobody says what {model} costs. Set a price for it in the configuration, or give "
    "--max-cost with the most it may cost in {unit}.",
    "quote.above_limit": "This may cost up to {ceiling}, which is above your limit of {limit}. Nothing was sent.",
    "request.not_json": "The request is not JSON: {reason}.",
    "request.not_an_object": "The request has to be one JSON object, such as {example}.",
    "request.unknown_field": "The request has no field {name}. It takes: {allowed}.",
    "request.wrong_type": "The field {name} of the request has to be {wanted}.",
    "extra.not_a_pair": "{value} is not of the form name=value.",
    "file.unreadable": "{path} cannot be read: {reason}.",
    # References
    "reference.too_many": "{count} reference pictures are too many; at most {limit} are taken.",
    # Where pictures go
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
    "terminal.needed": "Nobody can be asked here. {hint}",
    "sandbox.not_installed": "The sandbox is not installed. Install it with: pip install 'limner[sandbox]'",
    "sandbox.no_start": "The sandbox did not start. Its log is {path}.",
    # Quotes and approvals
    "quote.not_found": "There is no quote {quote}. Make one with `limner quote`.",
    "quote.altered": "The quote {quote} is not what it was when it was made. Make a new one.",
    "quote.expired": "The quote {quote} has expired. Make a new one; prices are good for 15 minutes.",
    "quote.other_account": "The quote {quote} was made for another key or address of {gateway}. Make a new one.",
    "quote.reference_changed": "{path} has changed since the quote {quote} was made. Make a new one.",
    "approval.needed": "This costs up to {ceiling}, so somebody has to say yes first.",
    "approval.other_quote": "The yes names {approved}, but the quote is {quote}. Nothing was sent.",
    "approval.declined": "You said no. Nothing was sent and nothing was spent.",
    # Jobs
    "job.not_found": "There is no job {job}. `limner jobs` lists them.",
    "picture.not_ours": "limner knows nothing of {path}. It was not made here, or it was changed since.",
    "job.approved": "The job {job} is approved and has not been sent yet.",
    "job.submitting": "The job {job} is on its way to the gateway.",
    "job.submitted": "The gateway has accepted the job {job} and is working on it.",
    "job.running": "The gateway is working on the job {job}.",
    "job.collecting": "The gateway has answered the job {job}; its pictures are still to be fetched: "
    "limner recover {job}",
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
    "gateway.own_fault": "{gateway} had a fault of its own (HTTP {status}): {said}",
    "gateway.refused": "{gateway} refused the request (HTTP {status}): {said}",
    "gateway.redirected": "{gateway} answered with a redirect (HTTP {status}), which is not followed with a paid "
    "request. Check the address.",
    "gateway.key_refused": "{gateway} does not accept the key. Check it with `limner doctor`.",
    "gateway.forbidden": "{gateway} does not allow this key to do that: {said}",
    "gateway.funds": "The balance at {gateway} is not enough: {said}",
    "gateway.rate": "{gateway} asks for a pause (HTTP 429): {said}",
    "gateway.content": "{gateway} will not paint this: {said}",
    "gateway.cannot_look": "{gateway} has no way to look at the task {task}.",
    "gateway.no_list": "{gateway} does not list its models. Name one with --model.",
    "answer.unreadable": "{gateway} answered in a form that limner cannot read. The answer is kept: {path}",
    "answer.task": "{gateway} answered with a task ({task}) instead of a picture, and has no way to look at it.",
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
    "adjusted.no_size": "{model} has no size to choose, so {size} is left out.",
    "adjusted.size_wins": "The size {size} goes before the ratio {ratio}.",
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
    "progress.goes_on": "Still working. The job goes on by itself; look at it with: limner status {job} --wait 50",
    "progress.left": "You stopped watching; the job {job} goes on by itself.",
    "saved": "saved {path}",
    "saved.named": "named for what it is: {name}",
    # What to do next
    "next.approve": "Say yes and make it: limner run {quote} --approve {quote}",
    "next.retry": "Trying again is safe: nothing was charged.",
    "next.status": "Look again: limner status {job} --wait 50",
    "next.recover": "Fetch what is there: limner recover {job}",
    "next.unknown": "Look at the gateway's own bill, then tell limner what it says. Until then the money stays reserved.",
    "next.setup": "Set up a key: limner setup",
    "next.sandbox": 'Or try it without a key: limner make "a lighthouse at dusk" --sandbox',
    "next.models": "See what there is: limner models",
    "next.quote": "Make a new quote: limner quote …",
    # Setting up
    "onboarding": """limner needs a gateway's key before it can make real pictures. Three ways to set one:

  1. For this terminal only:
       export OMNIMAAS_API_KEY="sk-..."
       # only if you have a private address: export OMNIMAAS_BASE_URL="https://…/v1"

  2. For good: put the same export line into ~/.zshrc or ~/.bashrc.

  3. In a file, without variables:
       limner setup                      (asks for the key unseen, writes a file only you can read)
     or by hand:
       (umask 077; cat > ~/.product_shots_imagegen_api_key)      then paste, Enter, Ctrl-D

Where the key comes from: {keys_from}. One key serves the GPT and the Gemini models.
Never paste a key into a chat.

No key yet? Try everything with play money:  limner make "a lighthouse at dusk" --sandbox
A generator on your own machine is free:     limner gateways add local --url http://127.0.0.1:1234/v1""",
    "setup.ask": "Key for {gateway} (it is not shown while you type): ",
    "setup.saved": "The key {key} for {gateway} is saved in {path}.",
    "setup.saved_keyring": "The key {key} for {gateway} is saved in the system's keyring.",
    "setup.try": 'Try it: limner quote "a lighthouse at dusk"',
    "gateways.added": "The gateway {name} is added: {url}.",
    "gateways.ready": "ready, key {key} from {source}",
    "gateways.ready_keyless": "ready, no key needed",
    "doctor.fine": "Everything is as it should be.",
    "doctor.to_do": "{count} things to look at.",
    "doctor.no_gateway": "No gateway is set up. Run `limner setup`, or try the sandbox.",
    "doctor.proxy": "{names} is set in the environment. limner ignores it; if a proxy is needed, set `proxy` in {path}.",
    "doctor.open_file": "{path} can be read by other users. Close it: chmod 600 {path}",
    "doctor.unfinished": "{count} jobs are unfinished. `limner recover` brings home what it can.",
    "doctor.unknown": "{count} jobs have an unknown outcome, {amount} reserved. `limner jobs --state unknown` lists them.",
    "recover.none": "Nothing is unfinished.",
    "spend.none": "Nothing has been spent yet.",
    "spend.reserved": "reserved",
    "sandbox.running": "The sandbox listens at {url}. Ctrl-C ends it.",
    "show.sandbox": "made by the sandbox: play money, not a real generation",
}
