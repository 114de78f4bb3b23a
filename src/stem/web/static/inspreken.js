// Recording sentence by sentence: the microphone, its meter, the take that is sent and judged at once.
//
// The microphone stays open from one sentence to the next, so that a browser asks for it once. A take that
// could not be sent stays here until it can.

import { element } from "./regels.js";

const studio = document.getElementById("studio");
const sentences = JSON.parse(studio.dataset.zinnen);
const address = `/stem/${studio.dataset.set}`;
const KINDS = ["audio/webm;codecs=pcm", "audio/mp4", "audio/webm;codecs=opus", "audio/ogg;codecs=opus"];
const BEFORE_SPEECH_MS = 500; // some browsers swallow the beginning
const AFTER_SPEECH_MS = 300; // so that a last syllable may die away
const LONGEST_MS = 110_000;
const LARGEST = 20_000_000;
const ASLEEP_MS = 4_000;
const SOFTEST_DB = -60;
const HEARD_DB = -45; // what is softer is the room
const FALL_DB = 0.5; // of the needle, from one picture to the next
const ZONES = [[-30, "te zacht"], [-3, "goed"], [Infinity, "te hard"]];

const PROBLEMS = {
  none: "Deze browser kan hier niet opnemen. Open stem in een andere: Chrome, Edge, Firefox of Safari.",
  NotFoundError: "Er is geen microfoon gevonden. Sluit er een aan, en neem dan op.",
  OverconstrainedError: "Deze microfoon is er niet meer. Kies een andere, en neem dan op.",
  NotAllowedError: "De microfoon mag niet worden gebruikt. Sta hem toe met het pictogram voor het adres, boven in je browser, en neem dan op.",
  NotReadableError: "De microfoon is bezet of doet het niet. Sluit andere programma's die hem gebruiken, en neem dan op.",
  other: "De microfoon kan niet worden geopend. Kijk of hij het doet in een ander programma, en neem dan op.",
  gone: "Het opnemen is afgebroken: de microfoon viel weg, of de computer ging slapen. Neem deze zin opnieuw op.",
  fell: "De microfoon is weggevallen. Kijk of hij nog vastzit; bij het opnemen gaat hij weer open.",
  empty: "Er is niets opgenomen. Neem deze zin opnieuw op.",
  large: "Deze opname is te groot. Eén zin duurt hoogstens een minuut of twee.",
  away: "stem antwoordt niet. Staat het programma nog open?",
  unsent: "stem antwoordt niet. Je opname staat nog op deze pagina.",
  strange: "Deze opname is niet bewaard. Laad deze pagina opnieuw.",
};
const STAYS = " Wat je daarvoor opnam, staat er nog.";
const ELSEWHERE = "Deze zin is intussen ook in een ander venster opgenomen. Die opname is nu de vorige.";

const at = (name) => document.getElementById(name);
const [recordButton, goodButton, listenButton, formerButton, againButton] =
  ["opnemen", "goed", "luister", "vorige", "bewaar"].map(at);
const player = new Audio();

let place = sentences.findIndex((each) => each.number === Number(studio.dataset.zin));
let state = "rest"; // opening, wait, speak, ending, keeping
let stream = null;
let analyser = null;
let recorder = null;
let level = SOFTEST_DB;
let isBroken = false;
let unsent = null;
let isBad = false; // what was recorded last
let heard = "";
let timers = [];
let turn = 0;

// What is shown

function tellProblem(text) {
  at("probleem").textContent = text;
  at("probleem").hidden = !text;
}

function showVerdict(verdict, more = "") {
  const box = at("oordeel");
  turn += 1;
  isBad = Boolean(verdict && !verdict.usable);
  box.className = verdict ? (verdict.usable ? "verdict" : "verdict bad") : "";
  if (!verdict) return box.replaceChildren();
  const flaws = verdict.flaws.map((each) => element("p", "", `${each.sentence} ${each.advice}`));
  if (more) flaws.push(element("p", "", more));
  return box.replaceChildren(element("p", "word", verdict.title), ...flaws);
}

function showButtons() {
  const now = sentences[place];
  const rests = state === "rest";
  at("opnemen-tekst").textContent = { rest: now.take ? "Nog eens" : "Opnemen", opening: "Microfoon…", keeping: "Nakijken…" }[state] ?? "Stop";
  at("opnemen-toets").textContent = rests && now.take ? "N" : "spatie";
  recordButton.classList.toggle("busy-now", ["wait", "speak", "ending"].includes(state));
  recordButton.classList.toggle("main", !now.take || isBad || !rests);
  goodButton.classList.toggle("main", Boolean(now.take) && !isBad && rests);
  goodButton.disabled = !rests || !now.take;
  listenButton.disabled = !rests || !(now.take || heard);
  formerButton.hidden = !now.former;
  formerButton.disabled = !rests;
  againButton.hidden = !unsent;
  at("lamp").textContent = { wait: "Wacht even", speak: "Spreek", ending: "Klaar" }[state] ?? "";
  at("microfoon").disabled = !rests;
  at("lamp").className = `lamp ${state}`;
}

function show() {
  const now = sentences[place];
  at("nummer").textContent = `Zin ${place + 1} van ${sentences.length}`;
  at("zin").textContent = now.text;
  at("daarna").textContent = now.after;
  at("daarna").hidden = !now.after;
  const done = sentences.filter((each) => each.take).length;
  at("ver").value = done;
  at("gedaan").textContent = `${done} van ${sentences.length} ingesproken`;
  const links = { terug: sentences[place - 1], "sla-over": sentences[place + 1] };
  for (const [name, other] of Object.entries(links)) {
    at(name).hidden = !other;
    if (other) at(name).href = `${address}/${other.number}`;
  }
  showButtons();
}

function go(step) {
  if (state !== "rest" || unsent || !sentences[place + step]) return;
  place += step;
  player.pause();
  forgetHeard();
  history.replaceState(null, "", `${address}/${sentences[place].number}`);
  tellProblem("");
  showVerdict(null);
  show();
  at("nummer").focus({ preventScroll: true });
  if (sentences[place].take) judge();
}

function next() {
  if (goodButton.disabled) return;
  if (sentences[place + 1]) go(1);
  else location.assign(address);
}

// The microphone

async function isOpen() {
  try {
    if (!navigator.mediaDevices?.getUserMedia || !globalThis.MediaRecorder) throw new DOMException("", "none");
    await open();
    tellProblem("");
    return true;
  } catch (error) {
    tellProblem(PROBLEMS[error.name] ?? PROBLEMS.other);
    return false;
  }
}

async function open() {
  if (stream) return;
  const wanted = at("microfoon").value;
  const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 1 };
  const opened = await navigator.mediaDevices.getUserMedia({ audio: wanted ? { ...plain, deviceId: { exact: wanted } } : plain });
  stream = opened;
  for (const track of opened.getAudioTracks()) for (const sign of ["ended", "mute"]) track.addEventListener(sign, lost);
  const context = new AudioContext();
  analyser = context.createAnalyser();
  analyser.fftSize = 2048;
  context.createMediaStreamSource(opened).connect(analyser);
  at("meter").hidden = false;
  at("proef").hidden = true;
  measure();
  listMicrophones();
}

function close() {
  stream?.getTracks().forEach((track) => track.stop());
  analyser?.context.close();
  stream = analyser = null;
  at("meter").hidden = true;
  at("proef").hidden = false;
}

function lost() {
  isBroken = true;
  if (recorder?.state === "recording") recorder.stop();
  else if (stream && state === "rest") tellProblem(PROBLEMS.fell);
  close();
}

async function listMicrophones() {
  const devices = (await navigator.mediaDevices.enumerateDevices()).filter((each) => each.kind === "audioinput");
  const used = stream?.getAudioTracks()[0]?.getSettings().deviceId;
  at("microfoon").replaceChildren(...devices.map((each, number) => {
    const option = element("option", "", each.label || `Microfoon ${number + 1}`);
    option.value = each.deviceId;
    option.selected = each.deviceId === used;
    return option;
  }));
  at("microfoon-veld").hidden = devices.length < 2;
}

function measure() {
  if (!analyser) return;
  const samples = new Float32Array(analyser.fftSize);
  analyser.getFloatTimeDomainData(samples);
  const peak = samples.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
  level = Math.max(20 * Math.log10(peak || 1e-9), level - FALL_DB, SOFTEST_DB);
  at("peil").setAttribute("width", String(((level - SOFTEST_DB) / -SOFTEST_DB) * 600));
  const word = level < HEARD_DB ? "" : ZONES.find(([below]) => level < below)[1];
  if (at("peil-woord").textContent !== word) at("peil-woord").textContent = word;
  requestAnimationFrame(measure);
}

// A take

function later(work, after) {
  timers.push(setTimeout(work, after));
}

async function record() {
  if (state !== "rest" || unsent) return;
  state = "opening";
  player.pause();
  tellProblem("");
  showVerdict(null);
  showButtons();
  try {
    if (await isOpen()) return begin();
  } catch {
    tellProblem(PROBLEMS.other);
  }
  return rested();
}

// Nothing new was recorded: what there is already is told again.
function rested() {
  state = "rest";
  showButtons();
  if (sentences[place].take) judge();
}

function begin() {
  const kind = KINDS.find((each) => MediaRecorder.isTypeSupported(each));
  const parts = [];
  let looked = Date.now();
  isBroken = false;
  recorder = new MediaRecorder(stream, { audioBitsPerSecond: 160_000, ...(kind ? { mimeType: kind } : {}) });
  recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
  recorder.addEventListener("error", lost);
  recorder.addEventListener("stop", () => {
    timers.forEach(clearTimeout);
    clearInterval(awake);
    timers = [];
    taken(new Blob(parts, { type: recorder.mimeType }));
  });
  const awake = setInterval(() => {
    if (Date.now() - looked > ASLEEP_MS) lost();
    looked = Date.now();
  }, 500);
  recorder.start();
  state = "wait";
  later(() => { if (state === "wait") { state = "speak"; showButtons(); } }, BEFORE_SPEECH_MS);
  later(stop, LONGEST_MS);
  showButtons();
}

function stop() {
  if (state !== "wait" && state !== "speak") return;
  state = "ending";
  showButtons();
  later(() => { if (recorder.state === "recording") recorder.stop(); }, AFTER_SPEECH_MS);
}

function taken(sound) {
  const wrong = isBroken ? "gone" : !sound.size ? "empty" : sound.size > LARGEST ? "large" : "";
  if (wrong) {
    tellProblem(PROBLEMS[wrong] + (sentences[place].take ? STAYS : ""));
    rested();
    return;
  }
  forgetHeard();
  heard = URL.createObjectURL(sound);
  keep(sound);
}

function forgetHeard() {
  if (heard) URL.revokeObjectURL(heard);
  heard = "";
}

async function keep(sound) {
  const now = sentences[place];
  state = "keeping";
  unsent = null;
  showButtons();
  const heads = { "Stem-Sentence": now.mark, "Stem-Take": now.take, "Content-Type": "application/octet-stream" };
  await answered(() => fetch(`${address}/${now.number}`, { method: "POST", body: sound, headers: heads }), sound);
}

async function former() {
  state = "keeping";
  showButtons();
  forgetHeard();
  await answered(() => fetch(`${address}/${sentences[place].number}/vorige`, { method: "POST" }));
}

// What is there already is judged while one may go on: who records meanwhile gets the verdict of that.
async function judge() {
  const mine = ++turn;
  try {
    const answer = await fetch(`${address}/${sentences[place].number}/oordeel`);
    const told = await answer.json();
    if (mine === turn) showVerdict(told.verdict);
  } catch {} // it can be listened to all the same
}

async function answered(asking, sound = null) {
  const now = sentences[place];
  let problem = "";
  try {
    const answer = await asking();
    const told = await answer.json().catch(() => ({ problem: PROBLEMS.strange }));
    problem = told.problem ?? "";
    if (!problem) {
      now.take = told.take;
      now.former = told.former;
      const isLost = !told.verdict.usable && sound;
      const stays = now.take ? "Deze opname is niet bewaard; die van daarvoor staat er nog." : "Deze opname is niet bewaard.";
      showVerdict(told.verdict, isLost ? stays : told.elsewhere ? ELSEWHERE : "");
    }
  } catch {
    problem = sound ? PROBLEMS.unsent : PROBLEMS.away;
    unsent = sound;
  }
  state = "rest";
  tellProblem(problem);
  show();
}

function listen() {
  if (listenButton.disabled) return;
  player.src = heard || `${address}/${sentences[place].number}/geluid`;
  player.play().catch(() => tellProblem("Deze opname kan hier niet worden afgespeeld."));
}

// Buttons and keys

const toggle = () => (state === "rest" ? record() : stop());

const deeds = new Map([
  [recordButton, toggle],
  [goodButton, next],
  [listenButton, listen],
  [formerButton, former],
  [againButton, () => keep(unsent)],
]);
for (const [button, deed] of deeds) {
  button.addEventListener("click", (event) => {
    if (event.detail) at("nummer").focus({ preventScroll: true }); // by mouse: the keys stay free
    deed();
  });
}
for (const [name, step] of [["terug", -1], ["sla-over", 1]]) {
  at(name).addEventListener("click", (event) => {
    event.preventDefault();
    go(step);
  });
}

const keys = {
  " ": toggle,
  Enter: next,
  n: () => { if (sentences[place].take) record(); },
  l: listen,
  ArrowLeft: () => go(-1),
  ArrowRight: () => go(1),
};
addEventListener("keydown", (event) => {
  const deed = keys[event.key.length > 1 ? event.key : event.key.toLowerCase()];
  const isElsewhere = event.target.closest("button, a, input, select, summary, textarea");
  if (!deed || isElsewhere || event.repeat || event.ctrlKey || event.metaKey || event.altKey || !at("toetsen").checked) return;
  event.preventDefault();
  deed();
});

at("microfoon").addEventListener("change", () => {
  if (state !== "rest") return;
  close();
  isOpen();
});
at("proef").addEventListener("click", isOpen);
navigator.mediaDevices?.addEventListener("devicechange", listMicrophones);
addEventListener("beforeunload", (event) => {
  if (unsent || ["wait", "speak", "ending", "keeping"].includes(state)) event.preventDefault();
});
addEventListener("pagehide", close);

show();
if (sentences[place].take) judge();
