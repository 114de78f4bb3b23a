// The editor: marks at the cursor, what is wrong at its line, and what will be said, while someone writes.

import { element, showLines } from "./regels.js";

const form = document.getElementById("schrijven");
const box = document.getElementById("tekstvak");
const was = form.elements.was;
const stand = document.getElementById("stand");
const save = document.getElementById("bewaar");
const problem = document.getElementById("probleem");
const values = document.getElementById("proef");
const spoken = document.getElementById("tekst");
const total = document.getElementById("totaal");
const fault = document.getElementById("tekst-fout");
const verdict = document.getElementById("oordeel");
const findings = document.getElementById("bevindingen");
const address = form.getAttribute("action");

const SPEAK_MS = 150;
const CHECK_MS = 1500;
const AGAIN_MS = 1000;

let saved = box.defaultValue;
let leaving = false;

function tell(place, words) {
  if (place.textContent !== words) place.textContent = words;
}

function isDirty() {
  return box.value !== saved;
}

function showStand() {
  tell(stand, isDirty() ? "Nog niet bewaard." : "Bewaard.");
  const before = box.value.slice(0, box.selectionStart);
  tell(document.getElementById("regel"), `Regel ${before.split("\n").length}`);
}

// Keeping

function showProblem(words, isLost) {
  document.getElementById("probleem-tekst").textContent = words;
  document.getElementById("botsing").hidden = !isLost;
  problem.hidden = !words;
  if (words) problem.scrollIntoView({ block: "nearest" });
}

async function keep() {
  const text = box.value;
  save.disabled = true;
  try {
    const answer = await fetch(`${address}/bewaar`, { method: "POST", body: new FormData(form) });
    if (answer.status === 413) {
      showProblem("Niet bewaard: deze tekst is te groot.", false);
      return;
    }
    const told = await answer.json();
    if (answer.ok) {
      was.value = told.revision;
      saved = text;
      document.getElementById("titel").textContent = told.title;
      document.title = told.title;
      showProblem("", false);
    } else {
      showProblem(told.problem, answer.status === 404 || answer.status === 409);
      if (told.line) goTo(told.line);
    }
  } catch {
    showProblem("Niet bewaard: stem antwoordt niet. Wat je hebt getypt, staat er nog.", false);
  } finally {
    save.disabled = false;
    showStand();
  }
}

form.addEventListener("submit", (event) => {
  if (event.submitter && event.submitter.formAction.endsWith("/teksten/nieuw/houden")) {
    leaving = true; // as a new text, which opens in its place
    return;
  }
  event.preventDefault();
  keep();
});

addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "s") {
    event.preventDefault();
    keep();
  }
});

addEventListener("beforeunload", (event) => {
  if (isDirty() && !leaving) event.preventDefault();
});

addEventListener("pageshow", () => { leaving = false; });

// Marks

function insert(mark, kind) {
  const at = box.selectionEnd;
  const before = box.value.slice(0, at);
  const behind = box.value.slice(at);
  const start = kind === "regel" && before && !before.endsWith("\n") ? "\n" : "";
  const end = kind === "regel" && !behind.startsWith("\n") ? "\n" : "";
  box.focus();
  box.setSelectionRange(at, at);
  // This way it can be undone with the keyboard; where a browser has it no more, it still stands there.
  if (!document.execCommand("insertText", false, start + mark + end)) {
    box.setRangeText(start + mark + end, at, at, "end");
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
  const word = ["Titel", "Welkom"].find((each) => mark.includes(each));
  if (word) {
    const place = at + start.length + mark.indexOf(word);
    box.setSelectionRange(place, place + word.length);
  }
}

for (const button of document.querySelectorAll("[data-merk]")) {
  button.addEventListener("click", () => {
    const mark = button.dataset.merk.replace(/#([a-z]+)/, (_, id) => document.getElementById(id).value);
    insert(mark, button.dataset.soort);
  });
}
document.getElementById("merken").hidden = false;
for (const each of document.querySelectorAll("[data-los]")) {
  each.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault(); // not the button that keeps the text
  });
}

// What is wrong, at its line

function goTo(line) {
  const rows = box.value.split("\n");
  const start = rows.slice(0, line - 1).reduce((sum, row) => sum + row.length + 1, 0);
  const mirror = document.getElementById("spiegel");
  mirror.style.width = `${box.clientWidth}px`;
  mirror.textContent = `${box.value.slice(0, start)}.`;
  box.focus();
  box.setSelectionRange(start, start + (rows[line - 1] || "").length);
  box.scrollTop = Math.max(mirror.offsetHeight - box.clientHeight / 2, 0);
  box.scrollIntoView({ block: "nearest" });
  showStand();
}

function finding(each) {
  const item = document.createElement("li");
  const place = each.place ? `${each.kind}. ${each.place}` : `${each.kind}.`;
  if (each.line) {
    const button = element("button", "finding", "");
    button.type = "button";
    button.append(element("strong", "", place), ` ${each.text} `, element("span", "soft", each.hint));
    button.addEventListener("click", () => goTo(each.line));
    item.append(button);
  } else {
    item.append(element("strong", "", place), ` ${each.text} `, element("span", "soft", each.hint));
  }
  return item;
}

function showFindings(told) {
  const state = told.state[0].toUpperCase() + told.state.slice(1);
  tell(verdict, `${state}. ${told.note}`.trim());
  verdict.classList.toggle("good", told.state === "in orde");
  findings.replaceChildren(...told.findings.map(finding));
  document.getElementById("maak").hidden = !told.can_be_made;
  findings.dataset.bij = String(Number(findings.dataset.bij || 0) + 1);
}

// What is said

function field(each, value) {
  const made = element("p", "field", "");
  const label = element("label", "", each.label);
  label.htmlFor = `proef-${each.name}`;
  const input = document.createElement(each.choices.length ? "select" : "input");
  for (const [key, text] of each.choices) input.append(new Option(text, key));
  input.id = label.htmlFor;
  input.name = each.name;
  input.autocomplete = "off";
  input.spellcheck = false;
  input.value = value;
  if (input.selectedIndex === -1) input.value = each.value;
  const wrong = element("span", "wrong", "");
  wrong.id = `${input.id}-fout`;
  wrong.hidden = true;
  input.setAttribute("aria-describedby", wrong.id);
  made.append(label, input, wrong);
  return made;
}

let shape = "";

function showFields(fields) {
  const now = JSON.stringify(fields.map(({ value, ...rest }) => rest));
  if (now === shape) return;
  shape = now;
  const before = Object.fromEntries(new FormData(values));
  values.replaceChildren(...fields.map((each) => field(each, before[each.name] ?? each.value)));
}

function showWrong(wrong) {
  for (const input of values.elements) {
    const words = wrong[input.name] || "";
    const place = document.getElementById(`${input.id}-fout`);
    place.textContent = words;
    place.hidden = !words;
    if (words) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }
}

function showSpoken(told) {
  if (told.fields) showFields(told.fields);
  if (told.wrong) showWrong(told.wrong);
  fault.hidden = !told.problem;
  tell(fault, told.problem || "");
  if (!told.lines) return;
  showLines(spoken, total, told);
}

// One question at a time of each kind; a newer one lets go of the older.
function asker(path, wait_ms, show) {
  let timer = 0;
  let asking = null;
  async function ask() {
    if (asking) asking.abort();
    const mine = new AbortController();
    asking = mine;
    const body = new FormData();
    body.append("tekst", box.value);
    for (const [name, value] of new FormData(values)) body.append(name, value);
    try {
      const answer = await fetch(`${address}/${path}`, { method: "POST", body, signal: mine.signal });
      if (!answer.ok) return;
      const told = await answer.json();
      if (mine !== asking) return;
      if (told.overtaken) later(AGAIN_MS); // by another page
      else show(told);
    } catch {
      // let go of, or the bar above tells that stem is gone
    }
  }
  function later(ms = wait_ms) {
    clearTimeout(timer);
    timer = setTimeout(ask, ms);
  }
  return later;
}

const speakLater = asker("gezegd", SPEAK_MS, showSpoken);
const checkLater = asker("nakijken", CHECK_MS, showFindings);

box.addEventListener("input", () => {
  showStand();
  speakLater();
  checkLater();
});
values.addEventListener("input", () => speakLater());
values.addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("selectionchange", showStand);

showStand();
speakLater(0);
checkLater(SPEAK_MS);
