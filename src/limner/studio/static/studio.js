// What the pages do by themselves: keys, dropped files, a button pressed once. Everything also works without.
"use strict";

const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;

// Moving over the wall, or from picture to picture.
function step(by) {
  const story = one(".story");
  if (story) {
    const to = by > 0 ? story.dataset.older : story.dataset.newer;
    if (to) location.assign(to);
    return;
  }
  const tiles = all("[data-tile]");
  if (!tiles.length) return;
  const at = tiles.indexOf(document.activeElement);
  const next = tiles[at < 0 ? 0 : Math.min(tiles.length - 1, Math.max(0, at + by))];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

function columns() {
  const tiles = all("[data-tile]");
  if (!tiles.length) return 1;
  const top = tiles[0].getBoundingClientRect().top;
  return Math.max(1, tiles.findIndex((tile) => tile.getBoundingClientRect().top > top + 4));
}

const onWall = () => one("[data-tile]") !== null && document.activeElement.matches("[data-tile]");
const KEYS = {
  "/": () => one("#q")?.focus() ?? location.assign(one(".mark").href + "#q"),
  j: () => step(1),
  k: () => step(-1),
  ArrowRight: () => step(1),
  ArrowLeft: () => step(-1),
  ArrowDown: () => onWall() && step(columns()),
  ArrowUp: () => onWall() && step(-columns()),
  m: () => location.assign(one(".mark").href.replace(/\/?$/, "/make")),
  "?": () => one("#keys").showModal(),
  Escape: () => one(".story") && location.assign(one(".story").dataset.back),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || one("dialog[open]")) return;
  if (isTyping(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const act = KEYS[event.key];
  if (!act) return;
  const moves = event.key.startsWith("Arrow") && event.key !== "ArrowLeft" && event.key !== "ArrowRight";
  if (moves && !onWall()) return;
  event.preventDefault();
  act();
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) one("#" + opener.dataset.opens).showModal();
  const copier = event.target.closest("[data-copies]");
  if (copier) {
    navigator.clipboard?.writeText(copier.dataset.copies).then(() => { copier.textContent = copier.dataset.said; });
  }
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-sends]")) event.target.form.requestSubmit();
});

// A yes is pressed once. The button that was pressed still has to be sent, so it is disabled a moment later.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-once]")) return;
  if (event.target.dataset.sent) { event.preventDefault(); return; }
  event.target.dataset.sent = "1";
  setTimeout(() => all("button", event.target).forEach((button) => { button.disabled = true; }), 0);
});
addEventListener("pageshow", () => all("[data-once]").forEach((form) => {
  delete form.dataset.sent;
  all("button", form).forEach((button) => { button.disabled = false; });
}));

// Empty wishes need not stand in an address.
document.addEventListener("formdata", (event) => {
  if (!event.target.matches(".search")) return;
  for (const [name, value] of [...event.formData]) if (!value) event.formData.delete(name);
});

// Files that are dropped or pasted become the form's own.
function choose(field, files) {
  const most = Number(field.dataset.most) << 20;
  const kept = new DataTransfer();
  let refused = false;
  for (const file of files) {
    if (!file.type.startsWith("image/")) continue;
    if (file.size > most) refused = true;
    else kept.items.add(file);
  }
  field.files = kept.files;
  const notice = one("[data-refused]");
  notice.hidden = !refused;
  notice.textContent = refused ? field.dataset.tooLarge : "";
  const list = one("[data-chosen]");
  list.replaceChildren(...[...kept.files].map((file) => {
    const item = document.createElement("li");
    const image = document.createElement("img");
    image.alt = file.name;
    image.src = URL.createObjectURL(file);
    image.onload = () => URL.revokeObjectURL(image.src);
    item.append(image);
    return item;
  }));
}

const drop = one("[data-drop]");
if (drop) {
  const field = one("input[type=file]", drop);
  field.addEventListener("change", () => choose(field, field.files));
  const mine = (event) => event.dataTransfer?.types.includes("Files");
  document.addEventListener("dragover", (event) => { if (mine(event)) { event.preventDefault(); drop.classList.add("over"); } });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) drop.classList.remove("over"); });
  document.addEventListener("drop", (event) => {
    drop.classList.remove("over");
    if (!mine(event)) return;
    event.preventDefault();
    choose(field, [...field.files, ...event.dataTransfer.files]);
  });
  document.addEventListener("paste", (event) => {
    if (event.clipboardData?.files.length) choose(field, [...field.files, ...event.clipboardData.files]);
  });
}

// How long a quote is still good for.
const until = one("time[data-until]");
if (until) {
  const tell = () => {
    const left = Number(until.dataset.until) - Date.now();
    until.textContent = left > 0 ? until.dataset.minutes.replace("#", Math.ceil(left / 60000)) : until.dataset.over;
    if (left <= 0) all("[name=answer]:not([value=no])").forEach((button) => { button.disabled = true; });
  };
  tell();
  setInterval(tell, 5000);
}

// The latest day is at the right, which a narrow window would not show.
all(".scroll").forEach((chart) => { chart.scrollLeft = chart.scrollWidth; });

if (location.hash === "#q") one("#q")?.focus();

// What moves: told by the server as it moves, and asked for now and then while that way is cut. A window that
// nobody sees follows nothing, because a browser has only a few connections to one place.
function renew(old, fresh) {
  const isOther = old.nodeName !== fresh.nodeName || old.id !== fresh.id || old.dataset?.key !== fresh.dataset?.key;
  if (isOther) { old.replaceWith(fresh); return; }
  if (old.nodeType === Node.TEXT_NODE) { if (old.data !== fresh.data) old.data = fresh.data; return; }
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  renewAll(old, fresh);
}

function renewAll(old, fresh) {
  const before = [...old.childNodes], after = [...fresh.childNodes];
  after.forEach((node, at) => { if (before[at]) renew(before[at], node); else old.append(node); });
  before.slice(after.length).forEach((node) => node.remove());
}

const parsed = (html) => new DOMParser().parseFromString(html, "text/html").body;

// New pictures go between those that hang already; nothing that hangs is moved.
function hang(html) {
  const wall = one("#wall"), fresh = all(".tiles > li", parsed(html));
  if (!wall) { if (fresh.length) location.reload(); return; }
  let last = null;
  for (const tile of fresh) {
    const known = one(`[data-key="${CSS.escape(tile.dataset.key)}"]`, wall);
    if (!known) { if (last) last.after(tile); else one(".tiles", wall).prepend(tile); }
    last = known ?? tile;
  }
}

const PARTS = {
  strip: (html) => renewAll(one("#strip"), parsed(html)),
  tiles: hang,
  live: (html) => renew(one("#live"), parsed(html).firstElementChild),
  // What was pressed here is on its way to its own page.
  stand: (stand) => { if (stand !== document.body.dataset.stand && !one("[data-sent]")) location.reload(); },
  news: (text) => { if (one("#news").textContent !== text) one("#news").textContent = text; },
  questions: (count) => { one("#count").textContent = count; },
};

function follow(address) {
  const once = address + (address.includes("?") ? "&" : "?") + "once=1";
  let stream = null, asking = null;
  const away = (is) => { one("#away").hidden = !is; };
  const ask = async () => {
    const answer = await fetch(once).catch(() => null);
    if (asking) away(!answer?.ok);
    if (answer?.ok && asking) for (const [name, part] of Object.entries(await answer.json())) PARTS[name](part);
    if (asking && stream?.readyState === EventSource.CLOSED) { close(); open(); }
  };
  const stopAsking = () => { clearInterval(asking); asking = null; };
  const close = () => { stream?.close(); stream = null; stopAsking(); };
  const open = () => {
    if (stream || document.hidden) return;
    stream = new EventSource(address);
    for (const [name, take] of Object.entries(PARTS)) stream.addEventListener(name, (event) => { stopAsking(); away(false); take(event.data); });
    stream.onerror = () => { asking ??= setInterval(ask, 2000); };
  };
  document.addEventListener("visibilitychange", () => document.hidden ? close() : open());
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
  open();
}
if (document.body.dataset.live) follow(document.body.dataset.live);
