// Everybody's phones on one page. What is shown comes from /control/state, then live from /control/events.

const $ = (selector, root = document) => root.querySelector(selector);
const OVER = new Set(["completed", "busy", "no-answer", "failed", "canceled"]);
const DURATIONS = { voicemail: {}, answers: {}, declines: {} };
const OTHER = "other";

const phones = new Map(); // number -> what is known of a handset
const cards = new Map(); // number -> Card on the page
let service = "";
let lastEvent = 0;
let waiting = []; // events that came before the state they belong to
let chosen = ""; // number of the caller's phone
let inHand = ""; // number of the phone whose prompts are spoken aloud

// ---------------------------------------------------------------------------------------------------- talking to it

async function control(act, given) {
  const answer = await fetch(`/control/${act}`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(given),
  });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.error ?? `the simulator answered ${answer.status}`);
  return body;
}

function connect() {
  const stream = new EventSource("/control/events");
  stream.addEventListener("hello", () => { waiting = []; load(); });
  stream.addEventListener("message", (message) => {
    const event = { ...JSON.parse(message.data), id: Number(message.lastEventId) };
    if (waiting) waiting.push(event); else take(event);
  });
  stream.addEventListener("error", () => say_connection("reconnecting", "lost"));
}

async function load() {
  waiting ??= [];
  let state;
  try {
    state = await (await fetch("/control/state", { cache: "no-store" })).json();
  } catch {
    return; // the stream reconnects and says hello again
  }
  service = state.numbers[0] ?? "";
  $("#service").textContent = pretty(service);
  lastEvent = state.last_event;
  for (const phone of state.handsets) phones.set(phone.number, { ...phone, call: noticed(phone.call) });
  faults.replaceChildren();
  state.faults.forEach(show_fault);
  queues.clear();
  state.queues.forEach((queue) => queues.set(queue.name, queue.size));
  draw_all();
  const late = waiting;
  waiting = null;
  late.forEach(take);
  say_connection("live", "live");
}

function say_connection(text, kind) {
  const pill = $("#connection");
  if (pill.textContent !== text) pill.textContent = text;
  pill.className = `pill ${kind}`;
}

// ------------------------------------------------------------------------------------------------------- what happens

const queues = new Map();
const faults = $("#fault-list");

function take(event) {
  if (event.id <= lastEvent) return;
  lastEvent = event.id;
  if (event.kind === "queue") return show_queue(event);
  if (event.kind === "fault") return show_fault(event);
  const phone = phones.get(event.phone);
  if (!phone) { waiting ??= []; return load(); }
  const act = { line: on_line, call: on_call, text: on_text, handset: on_behaviour, ringing: on_ring }[event.kind];
  act?.(phone, event);
}

function on_line(phone, event) {
  const line = { at: event.at, kind: event.line, text: event.text, seconds: event.seconds };
  phone.lines.push(line);
  cards.get(phone.number)?.add_line(line);
  if (phone.number === inHand && line.kind === "hears") speak(line.text);
  if (phone.number === inHand && line.kind === "presses") hush();
}

function on_call(phone, event) {
  phone.call = noticed(event);
  if (!phone.call) phone.ignored = false;
  if (!phone.call && phone.number === inHand) { hush(); take_in_hand(chosen); }
  cards.get(phone.number)?.draw();
  draw_choice();
}

// A call on its way to a phone is nothing its owner knows of before it rings.
function noticed(call) {
  const unknown = !call || OVER.has(call.status) || (call.incoming && ["queued", "initiated"].includes(call.status));
  return unknown ? null : call;
}

function on_text(phone, event) {
  phone.texts.push(event);
  const shown = cards.get(phone.number);
  shown?.add_text(event);
  if (shown) $(".texts", shown.root).open = true;
  if (event.direction !== "inbound") announce(`Text for ${phone.name}: ${event.body}`);
}

function on_behaviour(phone, event) {
  phone.behaviour = event.behaviour;
  cards.get(phone.number)?.draw();
}

function on_ring(phone) {
  phone.ignored = false;
  announce(`${phone.name}'s phone rings`);
}

function show_queue(event) {
  queues.set(event.name, event.size);
  draw_queues();
}

function draw_queues() {
  const held = [...queues.values()].reduce((sum, size) => sum + size, 0);
  $("#queues").textContent = held ? `${held} ${held === 1 ? "caller" : "callers"} on hold` : "Nobody on hold";
}

function show_fault(fault) {
  const row = document.createElement("li");
  row.textContent = `${clock(fault.at)}  ${fault.code}: ${fault.text}${fault.url ? ` (${fault.url})` : ""}`;
  faults.append(row);
  $("#faults").hidden = false;
}

function announce(text) {
  $("#announce").textContent = text;
}

// ------------------------------------------------------------------------------------------------------------- a phone

class Card {
  constructor(number) {
    this.number = number;
    this.root = $("#phone-template").content.firstElementChild.cloneNode(true);
    this.lines = $(".transcript", this.root);
    this.thread = $(".thread", this.root);
    this.root.addEventListener("click", (click) => this.on_click(click));
    this.root.addEventListener("keydown", (key) => this.on_key(key));
    $(".say", this.root).addEventListener("submit", (sent) => this.on_submit(sent, "say", "text"));
    $(".text", this.root).addEventListener("submit", (sent) => this.on_submit(sent, "text", "body"));
    $(".behaviour select", this.root).addEventListener("change", (change) => this.set_behaviour(change.target.value));
    this.name_fields();
    this.fill();
  }

  get phone() { return phones.get(this.number); }

  name_fields() {
    const whose = this.phone.name;
    this.root.setAttribute("aria-label", `${whose}'s phone`);
    this.lines.setAttribute("aria-label", `What ${whose} hears`);
    this.thread.setAttribute("aria-label", `${whose}'s texts`);
    $(".keypad", this.root).setAttribute("aria-label", `${whose}'s keypad`);
    $(".say input", this.root).setAttribute("aria-label", `Say something as ${whose}`);
    $(".text input", this.root).setAttribute("aria-label", `Text to the service from ${whose}`);
    $(".behaviour select", this.root).setAttribute("aria-label", `What ${whose}'s phone does when it rings`);
  }

  fill() {
    this.lines.setAttribute("aria-live", "off"); // what is past is not read out
    this.lines.replaceChildren();
    this.thread.replaceChildren();
    this.began = null;
    this.phone.lines.forEach((line) => this.add_line(line));
    this.phone.texts.forEach((text) => this.add_text(text));
    $(".texts", this.root).open = this.phone.texts.length > 0;
    this.draw();
    this.lines.setAttribute("aria-live", "polite");
  }

  draw() {
    const { phone, root } = this;
    const call = phone.call;
    const ringing = Boolean(call?.incoming && call.status === "ringing");
    const live = Boolean(call && call.answered);
    const held = root.contains(document.activeElement) ? document.activeElement : null;
    $(".name", root).textContent = phone.name;
    $(".note", root).textContent = phone.in_book ? [pretty(phone.number), phone.note].filter(Boolean).join(" · ") : "";
    this.draw_state(ringing, live);
    $(".ring", root).hidden = !ringing;
    if (ringing) $(".ring-text", root).textContent = `${pretty(call.from)} calls`;
    $(".dial", root).hidden = Boolean(call) || this.number !== chosen;
    $(".hangup", root).hidden = !call || ringing;
    $(".listen", root).hidden = !live || !("speechSynthesis" in window);
    $(".listen", root).setAttribute("aria-pressed", String(inHand === this.number));
    $(".listen", root).textContent = inHand === this.number ? "Listening" : "Listen here";
    $(".hands", root).hidden = !live && this.number !== chosen;
    for (const part of root.querySelectorAll(".keypad button, .say input, .say button")) part.disabled = !live;
    $(".keypad", root).classList.toggle("asked", call?.awaits === "keys");
    $(".behaviour select", root).value = phone.behaviour;
    $(".foot", root).hidden = this.number === chosen;
    $(".call-in", root).hidden = Boolean(call);
    draw_ringing();
    if (held && (held.disabled || held.closest("[hidden]"))) this.hand_on_focus();
  }

  // A control that goes away takes the focus with it. During a call it goes to the transcript, where typed digits are
  // keys and Enter presses nothing by accident; otherwise to the button that comes next.
  hand_on_focus() {
    const next = this.phone.call ? null : $(".call-buttons button:not([hidden])", this.root);
    (next ?? this.lines).focus();
  }

  draw_state(ringing, live) {
    const { phone, root } = this;
    const call = phone.call;
    const with_whom = call?.talking_to ? name_of(call.talking_to) : "";
    root.classList.toggle("is-ringing", ringing);
    root.classList.toggle("is-ignored", Boolean(phone.ignored));
    root.classList.toggle("is-talking", Boolean(with_whom));
    const pill = $(".state", root);
    pill.className = `state pill ${ringing ? "rings" : live ? "live" : ""}`;
    const since = live ? ` ${elapsed(call.answered)}` : "";
    const what = ringing ? (phone.ignored ? "Rings, ignored" : "Rings") : with_whom ? `Talks to ${with_whom}` : live ? "On the line" : call ? "Calling" : resting(phone);
    if (pill.textContent !== what + since) pill.textContent = what + since;
  }

  add_line(line) {
    const row = document.createElement(line.kind === "event" ? "p" : "div");
    const begins = line.kind === "event" && /^(dials|rings)/.test(line.text);
    if (begins || !this.began) this.began = line.at;
    if (line.kind === "event") {
      row.className = begins ? "event begins" : "event";
      row.textContent = begins ? `${sentence(line.text)} · ${clock(line.at)}` : sentence(line.text);
    } else {
      this.bubble(row, line);
    }
    append(this.lines, row);
  }

  bubble(row, line) {
    const label = { hears: "heard", presses: "pressed", says: "said" }[line.kind];
    row.className = `bubble ${line.kind === "hears" ? "in" : "out"} ${line.kind === "presses" ? "key" : ""}`;
    row.append(line.text, small(`${label} at ${seconds_between(this.began, line.at)} s`));
    const last = this.lines.lastElementChild;
    if (line.kind === "presses" && last?.dataset.keys) { // keys in a row share a bubble
      row.firstChild.textContent = last.dataset.keys + line.text;
      last.remove();
    }
    if (line.kind === "presses") row.dataset.keys = row.firstChild.textContent;
  }

  add_text(text) {
    const row = document.createElement("div");
    const sent = text.direction === "inbound";
    row.className = `bubble ${sent ? "out" : "in"}`;
    row.append(text.body, small(`${sent ? "sent" : "received"} ${clock(text.at)}`));
    append(this.thread, row);
    $(".count", this.root).textContent = `(${this.phone.texts.length})`;
  }

  on_click(click) {
    const button = click.target.closest("button");
    if (button?.dataset.key) this.press(button.dataset.key);
    const act = button?.dataset.act;
    if (act === "ignore") { this.phone.ignored = true; this.draw(); }
    else if (act === "listen") take_in_hand(inHand === this.number ? "" : this.number);
    else if (act === "dial") place_call();
    else if (act === "call-in") { take_in_hand(this.number); this.run(() => control("dial", { phone: this.number })); }
    else if (act) this.act(act);
  }

  on_key(key) {
    const typing = key.target.closest("input, select, textarea");
    if (typing || key.ctrlKey || key.metaKey || key.altKey || !/^[0-9*#]$/.test(key.key) || !this.phone.call?.answered) return;
    key.preventDefault();
    this.press(key.key);
  }

  press(digits) {
    if (this.number === inHand) hush();
    this.run(() => control("press", { phone: this.number, digits }));
  }

  act(name) {
    if (name === "answer") take_in_hand(this.number);
    this.run(() => control(name, { phone: this.number }));
  }

  on_submit(sent, act, field) {
    sent.preventDefault();
    const input = $("input", sent.target);
    if (!input.value.trim()) return;
    this.run(async () => {
      await control(act, { phone: this.number, [field]: input.value.trim() });
      input.value = "";
    });
  }

  set_behaviour(behaviour) {
    this.run(() => control("behaviour", { phone: this.number, behaviour, settings: DURATIONS[behaviour] ?? {} }));
  }

  async run(work) {
    const problem = $(".problem", this.root);
    problem.textContent = "";
    try {
      await work();
    } catch (error) {
      problem.textContent = error.message;
    }
  }
}

function append(log, row) {
  const at_end = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
  log.append(row);
  if (at_end || !log.isConnected) requestAnimationFrame(() => { log.scrollTop = log.scrollHeight; });
}

function small(text) {
  const label = document.createElement("small");
  label.textContent = text;
  return label;
}

// -------------------------------------------------------------------------------------------------- the whole page

const choice = $("#caller-choice");

function draw_all() {
  const staff = [...phones.values()].filter((phone) => phone.role !== "caller");
  const rank = (phone) => (phone.role === "technician" ? 0 : 1);
  staff.sort((one, other) => rank(one) - rank(other));
  $("#staff-phones").replaceChildren(...staff.map((phone) => card(phone.number).root));
  for (const shown of cards.values()) shown.fill();
  if (!phones.has(chosen)) chosen = callers()[0]?.number ?? "";
  draw_choice();
  show_caller();
  draw_queues();
}

// On a narrow screen a ringing phone may be far below: a bar at the edge leads to it.
function draw_ringing() {
  const bar = $("#ringing");
  const ringing = [...cards.values()].filter(({ phone }) => phone.call?.incoming && phone.call.status === "ringing" && !phone.ignored);
  const names = ringing.map(({ phone }) => phone.name).join("|");
  if (bar.dataset.names === names) return;
  bar.dataset.names = names;
  bar.hidden = !ringing.length;
  document.title = ringing.length ? `☎ ${ringing[0].phone.name} rings` : "Phones";
  bar.replaceChildren(...ringing.map((shown) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = `${shown.phone.name} rings: go there`;
    button.addEventListener("click", () => {
      shown.root.scrollIntoView({ block: "center" });
      $("[data-act=answer]", shown.root).focus();
    });
    return button;
  }));
}

function callers() {
  return [...phones.values()].filter((phone) => phone.role === "caller");
}

function card(number) {
  if (!cards.has(number)) cards.set(number, new Card(number));
  return cards.get(number);
}

function draw_choice() {
  const wanted = choice.value === OTHER ? OTHER : chosen;
  const rows = callers().map((phone) => [phone.number, `${phone.name}${phone.note ? ` · ${phone.note}` : ""}${phone.call ? " (in a call)" : ""}`]);
  rows.push([OTHER, "Another number…"]);
  if (choice.options.length !== rows.length) choice.replaceChildren(...rows.map(() => document.createElement("option")));
  rows.forEach(([value, text], place) => {
    const option = choice.options[place];
    if (option.value !== value) option.value = value;
    if (option.textContent !== text) option.textContent = text;
  });
  choice.value = rows.some(([value]) => value === wanted) ? wanted : rows[0][0];
  $("#other-field").hidden = choice.value !== OTHER;
}

function show_caller() {
  const holder = $("#caller-phone");
  if (!chosen) return holder.replaceChildren();
  if (inHand === "") take_in_hand(chosen);
  const shown = card(chosen);
  if (holder.firstElementChild !== shown.root) holder.replaceChildren(shown.root);
  for (const each of cards.values()) each.draw();
  shown.lines.scrollTop = shown.lines.scrollHeight;
}

choice.addEventListener("change", () => {
  $("#other-field").hidden = choice.value !== OTHER;
  if (choice.value === OTHER) return $("#other-number").focus();
  chosen = choice.value;
  take_in_hand(chosen);
  show_caller();
});

$("#who").addEventListener("submit", (sent) => { sent.preventDefault(); place_call(); });

async function place_call() {
  const typed = $("#other-number");
  const from_other = choice.value === OTHER;
  if (from_other && (!typed.value.trim() || !typed.reportValidity())) return typed.focus();
  const number = from_other ? typed.value.trim() : chosen;
  take_in_hand(number);
  await card(chosen).run(async () => {
    await control("dial", { phone: number, to: service, caller_id: $("#withheld").checked ? "anonymous" : "" });
    if (!from_other) return;
    chosen = number;
    choice.value = ""; // the number has a row of its own now
    await load();
    choice.value = number;
    draw_choice();
  });
}

$("#bad-day").addEventListener("change", () => {
  const every = (id) => ($(id).checked ? ["*"] : []);
  control("faults", {
    rest: $("#rest").value ? { answer: $("#rest").value } : null,
    drop_callbacks: every("#drop"), duplicate_callbacks: every("#double"),
    reorder_callbacks: $("#reorder").checked, webhooks_twice: $("#twice").checked,
  }).catch((error) => announce(error.message));
});

setInterval(() => {
  for (const shown of cards.values()) if (shown.phone.call?.answered) shown.draw();
}, 1000);

// --------------------------------------------------------------------------------------------------------------- sound

let sound = localStorage.getItem("sound") !== "off";

function draw_sound() {
  const button = $("#sound");
  button.hidden = !("speechSynthesis" in window);
  button.setAttribute("aria-pressed", String(sound));
  button.textContent = sound ? "Sound on" : "Sound off";
}

$("#sound").addEventListener("click", () => {
  sound = !sound;
  localStorage.setItem("sound", sound ? "on" : "off");
  if (!sound) hush();
  draw_sound();
});

function take_in_hand(number) {
  if (inHand !== number) hush();
  inHand = number;
  for (const shown of cards.values()) shown.draw();
}

function speak(text) {
  if (!sound || !("speechSynthesis" in window)) return;
  const words = new SpeechSynthesisUtterance(text);
  words.lang = "en-US";
  speechSynthesis.speak(words);
}

function hush() {
  if ("speechSynthesis" in window) speechSynthesis.cancel();
}

// --------------------------------------------------------------------------------------------------------------- words

function resting(phone) {
  return { manual: "Idle", answers: "Answers by itself", ignores: "Nobody there", declines: "Declines", voicemail: "Voicemail on", "switched-off": "Switched off", "invalid-number": "No such number" }[phone.behaviour] ?? "Idle";
}

function name_of(number) {
  return phones.get(number)?.name ?? pretty(number);
}

function pretty(number) {
  const found = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number);
  return found ? `+1 ${found[1]} ${found[2]} ${found[3]}` : number === "anonymous" ? "Withheld number" : number;
}

function sentence(text) {
  const said = text.replace(/\+1\d{10}/g, pretty).replace(/talking to (.+)$/, (_, number) => `talking to ${[...phones.values()].find((phone) => pretty(phone.number) === number)?.name ?? number}`);
  return said.charAt(0).toUpperCase() + said.slice(1);
}

function clock(at) {
  return new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

function seconds_between(from, to) {
  return ((new Date(to) - new Date(from)) / 1000).toFixed(1);
}

function elapsed(since) {
  const seconds = Math.max(0, Math.floor((Date.now() - new Date(since)) / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

draw_sound();
connect();
