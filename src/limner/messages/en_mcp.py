"""English: what agents and their hosts read of the MCP server."""

TEXTS: dict[str, str] = {
    "instructions": "limner buys pictures. quote_image is free and names the price; never quote twice for one wish. "
    "generate_image spends, and only with the person's yes to that quote: it asks, or says how to ask. A job goes on "
    "after a call ends: look with get_job, never buy again. Give people the file paths. Never ask for keys in chat.",
    "sandbox": "SANDBOX: play money, painted pictures",
    # The dialog
    "ask.question": "Spend at most {ceiling}? {summary} Sent to {gateway} ({host}). Quote {quote}. Prompt: “{prompt}”",
    "ask.question_with_references": "Spend at most {ceiling}? {summary} Sent to {gateway} ({host}) with {references} of "
    "your pictures. Quote {quote}. Prompt: “{prompt}”",
    "ask.label": "Yes, buy exactly this",
    "ask.note": "Without this nothing is sent and nothing is spent.",
    "ask.page": "You answer on limner's own page; opening it spends nothing.",
    "ask.closed": "The question was put away without a yes. Nothing was sent, nothing was spent.",
    "ask.waiting": "Waiting for the yes on the page",
    "ask.setup": "No gateway is set up yet. limner's own page on this machine takes a key; no agent sees it.",
    # When the host cannot ask
    "confirm.say": "Ask the person: “{summary} May at most {ceiling} be spent on it?” Nothing has been sent or spent.",
    "confirm.opened": "The page with the price was opened, and no yes has been given there yet. Nothing has been sent or "
    "spent.",
    "confirm.relay": "When they say yes, call generate_image again with approved set to {quote}; or they type: "
    "{command}",
    "confirm.person": "Here only the person's own hand counts, so passing on a yes changes nothing. They type in a "
    "terminal: {command}. Then call generate_image again with the same quote_id.",
    "confirm.page": "Or they say yes on this page: {url}",
    # What next
    "next.declined": "Do not ask again unless the person wants to; changed wishes get a new quote.",
    "next.quote": "Call quote_image again, and show the person the new price.",
    "next.quote_first": "quote_image makes a quote; take the quote_id from its answer.",
    "next.setup": "The person sets a key up with `limner setup` or in the studio. Do not ask for a key in chat; "
    "setup_status says what is missing.",
    "next.models": "list_models shows what there is.",
    "next.jobs": "list_jobs shows the jobs there are.",
    "next.look": "Do not buy it again before it is known: list_jobs and get_job say how things stand.",
    "next.poll": "It goes on by itself. Look again with get_job, job_id {job}, wait_seconds 40. Do not buy it again.",
    "next.unknown": "Tell the person. When they know from the gateway's bill what was charged, they type: {command} "
    "--charged yes (or no). Until then the money stays reserved.",
    "starting": "The job of {quote} has been started and has not shown itself yet. Call generate_image again with the "
    "same quote_id: it names its job and never buys twice.",
    "preview.none": "The picture could not be made small enough to show here. The file itself is whole.",
    # Quotes, models, jobs, spending, setup
    "quote.ask": "This is free and nothing is sent yet. The quote {quote} is good for {minutes} minutes; generate_image "
    "with it asks for a yes.",
    "quote.free": "No question is needed for this one. The quote {quote} is good for {minutes} minutes; generate_image "
    "makes it.",
    "quote.no_reference": "The words speak of a picture that is not there: quote again with it in refs, or it is drawn "
    "from the words alone.",
    "quote.not_remembered": "Nothing is remembered from here: what to use from now on, the person says in a terminal "
    "with limner prefs.",
    "models.count": "{shown} of {total}. (-) means that no key is set up for that gateway.",
    "jobs.none": "There are no such jobs.",
    "spend.none": "Nothing was spent.",
    "spend.reserved": "Still reserved: {amount}",
    "setup.ready": "Ready. More gateways are set up with: {command}",
    "setup.missing": "No gateway is set up yet. The person types in a terminal: {command}",
    "setup.studio": "Or in the browser: {url}",
    "setup.opened": "That page was opened for the person. When they have entered a key, look again with setup_status.",
    "setup.relay": "A yes counts when the person gives it in a dialog, in the chat, at a terminal or in the studio.",
    "setup.person": "A yes counts only from the person's own hand: at a terminal or in the studio.",
    "setup.keys": "Never ask for a key in chat, and never take one.",
    "gateway.no_key": "no key yet",
    "gateway.ready": "ready ({host})",
    "gateway.keyless": "ready, needs no key ({host})",
    # The tools
    "list_models.title": "Models and prices",
    "list_models.about": "What is for sale, from dated price lists: no network, no key. Use it to find a model id. Prices "
    "here are what one picture usually costs; only quote_image says what a wish costs.",
    "list_models.query": "Words to find: part of an id, title, alias or use, such as “banana” or “portrait”",
    "list_models.task": "text: from words alone. edit: from pictures as well",
    "list_models.gateway": "Only this gateway",
    "list_models.limit": "How many rows",
    "quote_image.title": "Price a picture",
    "quote_image.about": "What a picture would be, exactly, and what it may cost at most. Free; nothing is bought. The "
    "quote_id is good for 15 minutes and for this wish alone. Quote once per wish; say what the adjustments say. Leave "
    "out whatever the person did not ask for.",
    "quote_image.prompt": "What the picture should show, in the person's own words and language, taken word for word. "
    "This or sentence",
    "quote_image.sentence": "Instead of prompt: all the person said, settings and all (“three square lighthouses, 2K, no "
    "people”), in English or Chinese; the answer says what was understood. Other arguments win over it",
    "quote_image.model": "Model id from list_models; left out, a fitting one is chosen",
    "quote_image.gateway": "Only this gateway",
    "quote_image.refs": "Pictures to edit or follow: absolute paths, or web addresses where the gateway takes them",
    "quote_image.aspect_ratio": "Such as 16:9",
    "quote_image.size": "Such as 2K or 1024x1024, as the model writes it",
    "quote_image.n": "How many pictures",
    "quote_image.format": "png, jpeg or webp, where the model has a choice",
    "quote_image.quality": "As the model names it",
    "quote_image.background": "As the model names it, such as transparent",
    "quote_image.seed": "Where the model takes one",
    "quote_image.avoid": "What should not be in it",
    "quote_image.wish": "How to choose where no model is named",
    "quote_image.use": "What it is for: product, portrait, illustration, …; left out, told from the prompt",
    "quote_image.subject": "The name of what is shown, so that it keeps its looks from picture to picture",
    "quote_image.exact": "Refuse what cannot be had exactly, instead of the nearest that can",
    "quote_image.max_cost": "The most it may be quoted at, as a decimal in the gateway's unit. A limit, never a yes",
    "quote_image.extra": "Other parameters of the model, by name",
    "generate_image.title": "Make the picture (spends)",
    "generate_image.about": "Make what was quoted. Spends only with the person's yes to exactly this quote; asks for it in "
    "a dialog or on a page, or answers needs_confirmation and says how to ask. The same quote is bought once, however "
    "often this is called: a repeated call names its job. Returns within 45 s; while status is running, look with get_job.",
    "generate_image.quote_id": "From quote_image",
    "generate_image.wait_seconds": "How long to wait for the pictures. The job goes on afterwards",
    "generate_image.preview": "small: a small copy of the first picture in the result",
    "generate_image.approved": "Only after needs_confirmation, and only when the person has said yes in the chat: the same "
    "quote_id again. Never set it on your own",
    "get_job.title": "Look at a job",
    "get_job.about": "How a job stands, and its pictures when it is done. Free. Brings home a job that an interruption "
    "left behind. job_ids stay valid for good.",
    "get_job.job_id": "From generate_image or list_jobs",
    "get_job.gateway": "Instead of job_id, with task_id: the gateway that a task was started at",
    "get_job.task_id": "The gateway's own id for a task, also one that was started elsewhere: it is taken in and its "
    "pictures are brought home. Costs nothing",
    "get_job.wait_seconds": "How long to wait for its end",
    "get_job.preview": "small: a small copy of the first picture in the result",
    "cancel_job.title": "Call a job back",
    "cancel_job.about": "Try to call a job back, and say honestly what came of it: before it was sent it is canceled and "
    "costs nothing; afterwards most gateways cannot be stopped, and the picture still comes.",
    "cancel_job.job_id": "From generate_image or list_jobs",
    "list_jobs.title": "Jobs so far",
    "list_jobs.about": "The jobs so far, newest first, with their pictures.",
    "list_jobs.state": "Only these",
    "list_jobs.limit": "How many",
    "list_jobs.cursor": "next_cursor of the page before",
    "get_spend.title": "What was spent",
    "get_spend.about": "What was charged by day, what is still reserved, and the person's limits.",
    "get_spend.since": "From this day on, as YYYY-MM-DD",
    "deliver_image.title": "Send a picture to a chat",
    "deliver_image.about": "Send a job's picture with a caption to a chat that the person has named in the configuration. "
    "Others see it: do it only when the person asked for it.",
    "deliver_image.job_id": "From generate_image or list_jobs",
    "deliver_image.to": "The name of the chat, as the person's configuration has it",
    "deliver_image.caption": "What stands with it",
    "deliver_image.index": "Which picture of the job, from 0",
    "setup_status.title": "What is set up",
    "setup_status.about": "Which gateways can be used, what is missing, whose yes counts. Keys are set up by the person in a "
    "terminal or the studio, never here; where there is none yet, the host may be asked to open the studio's page.",
    # Prompts and pictures
    "make_image.title": "Make a picture",
    "make_image.about": "From a wish to a picture, with the price first",
    "make_image.wish": "What it should show",
    "make_image.text": "Make this picture with limner: {wish}\n\n1. Call quote_image once, with only what I asked for. "
    "2. Tell me the price and every adjustment in one or two plain sentences. 3. Call generate_image with that quote_id; "
    "if it answers needs_confirmation, ask me and do as it says. 4. While it runs, look with get_job. 5. Show me the file "
    "path and what it cost. Never buy again on your own.",
    "recover_job.title": "Bring a job home",
    "recover_job.about": "See what became of an interrupted job; never buys anything",
    "recover_job.job_id": "The job, as j_…; left out, all open ones",
    "recover_job.text": "Call get_job for {job} with wait_seconds 40 until it has ended. Tell me plainly what became of it, "
    "what it cost, and where the pictures are. Do not quote or buy anything.",
    "recover_job.text_all": "Call list_jobs with state unfinished, then get_job with wait_seconds 40 for each. Tell me "
    "plainly what became of them, what they cost, and where the pictures are. Do not quote or buy anything.",
    "picture.title": "A picture",
    "picture.about": "The file of one finished picture, as it was delivered",
    "picture.none": "There is no such picture. list_jobs names the jobs and their pictures.",
    # On the terminal
    "serving.stdio": "This is for programs: MCP on standard input and output. Put `limner mcp` into your agent's "
    "configuration. Ctrl-C ends it.",
    "serving.http": "MCP at {url}\nThe address is a secret: whoever has it can ask for pictures. Ctrl-C ends it.",
}
