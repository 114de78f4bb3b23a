// Hear it: a sentence, a name, a voice, a background. One sound at a time; a second press stops it.
//
// A button says what it is for by data-hoor, and by data-tekst, data-stem, data-achtergrond, data-naam or
// data-klinkt what is to be heard. What is not on the button itself is taken from the fields that stand in the
// data-velden of what is around it: "naam=v-naam", of the form that is named in its data-formulier.

const PARTS = [
  "tekst", "stem", "aanvulling", "achtergrond", "naam", "klinkt", "luidheid", "oefening", "opname", "zin", "keer", "versie",
  "pauze", "seconden",
];
const MOST_KEPT = 30;
const WAKE_MS = 3000;

class Told extends Error {}

const fault = document.getElementById("hoor-fout");
const sound = new Audio();
const kept = new Map(); // in this page alone, and gone with it

let now = null;
let asking = null;
let awake = false;

// A browser that lets no page make a sound by itself takes the first press for leave.
const silence = URL.createObjectURL(new Blob([new Uint8Array([
  82, 73, 70, 70, 38, 0, 0, 0, 87, 65, 86, 69, 102, 109, 116, 32, 16, 0, 0, 0, 1, 0, 1, 0, 68, 172, 0, 0, 136, 88, 1, 0,
  2, 0, 16, 0, 100, 97, 116, 97, 2, 0, 0, 0, 0, 0,
])], { type: "audio/wav" }));

export function hearButton(kind, values, about) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "hear";
  button.textContent = "Hoor";
  button.dataset.hoor = kind;
  Object.assign(button.dataset, values);
  button.setAttribute("aria-label", `Hoor ${about}`);
  return button;
}

function wanted(button) {
  const around = button.closest("[data-velden]");
  const form = around && (document.forms[around.dataset.formulier] || around.closest("form"));
  const fields = new Map((around?.dataset.velden || "").split(" ").map((pair) => pair.split("=")));
  const asked = new URLSearchParams({ soort: button.dataset.hoor });
  for (const part of PARTS) {
    const value = button.dataset[part] ?? form?.elements.namedItem(fields.get(part) || "")?.value;
    if (value) asked.set(part, value);
  }
  return asked;
}

async function got(asked) {
  const key = asked.toString();
  if (!kept.has(key)) {
    asking = new AbortController();
    const answer = await fetch("/hoor", { method: "POST", body: asked, signal: asking.signal });
    if (answer.status === 204) return null; // something else was asked meanwhile
    if (!answer.ok) {
      const told = await answer.json().catch(() => ({}));
      throw new Told(told.problem || "Dit is nu niet te horen.");
    }
    kept.set(key, URL.createObjectURL(await answer.blob()));
    for (const old of [...kept.keys()].slice(0, -MOST_KEPT)) {
      URL.revokeObjectURL(kept.get(old));
      kept.delete(old);
    }
  }
  return kept.get(key);
}

function show(button, word) {
  const label = button.getAttribute("aria-label");
  if (label) button.setAttribute("aria-label", label.replace(/^\S+/, word));
  button.textContent = button.dataset.woord && word === "Hoor" ? button.dataset.woord : word;
  button.setAttribute("aria-busy", String(word === "Even…"));
}

function stop() {
  asking?.abort();
  sound.pause();
  if (now) show(now, "Hoor");
  now = null;
}

async function press(button) {
  const again = button === now;
  stop();
  if (fault) fault.hidden = true;
  if (again) return;
  now = button;
  awake = true;
  show(button, "Even…");
  sound.src = silence;
  sound.play().catch(() => {});
  try {
    const address = await got(wanted(button));
    if (now !== button) return;
    if (!address) return stop();
    sound.src = address;
    show(button, "Stop");
    await sound.play();
  } catch (error) {
    if (now !== button || error.name === "AbortError") return;
    stop();
    if (fault) {
      fault.textContent = error instanceof Told ? error.message : "Dit is nu niet te horen.";
      fault.hidden = false;
    }
  }
}

function wake() {
  if (awake) return;
  awake = true;
  fetch("/hoor/straks", { method: "POST" }).catch(() => {});
}

function isNear(event) {
  if (event.target instanceof Element && event.target.closest("[data-hoor]")) wake();
}

sound.addEventListener("ended", () => { if (sound.src !== silence) stop(); });
document.addEventListener("click", (event) => {
  const button = event.target instanceof Element && event.target.closest("[data-hoor]");
  if (button) press(button);
});
document.addEventListener("pointerover", isNear);
document.addEventListener("focusin", isNear);
for (const button of document.querySelectorAll("[data-hoor][hidden]")) button.hidden = false;
if (document.querySelector("[data-hoor]")) setTimeout(wake, WAKE_MS);
