// What will be said, beside the form, while it is being filled in.

import { hearButton } from "./hoor.js";
import { element, showLines } from "./regels.js";

const form = document.getElementById("formulier");
const text = document.getElementById("tekst");
const total = document.getElementById("totaal");
const fault = document.getElementById("tekst-fout");
const warnings = document.getElementById("waarschuwingen");
const doubt = document.getElementById("twijfel");
const slider = document.getElementById("duur");
const usual = document.getElementById("duur-gewoon");
const WAIT_MS = 150;

let timer = 0;
let asking = null;
let ranges = JSON.parse(slider.dataset.bereik);

function length(seconds) {
  const minutes = Math.floor(seconds / 60);
  const rest = seconds % 60;
  const parts = [];
  if (minutes) parts.push(`${minutes} ${minutes === 1 ? "minuut" : "minuten"}`);
  if (rest || !minutes) parts.push(`${rest} ${rest === 1 ? "seconde" : "seconden"}`);
  return parts.join(" en ");
}

function clock(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function showWrong(wrong) {
  for (const box of form.querySelectorAll("[data-veld]")) {
    const told = document.getElementById(`${box.dataset.veld}-fout`);
    const words = wrong[box.dataset.veld] || "";
    if (!told || (box.dataset.veld === "code" && !words)) continue;
    told.textContent = words;
    told.hidden = !words;
    const field = form.elements[box.dataset.veld];
    if (field instanceof HTMLInputElement) {
      if (words) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    }
  }
}

// The nearest length that can be had: a gap in the slider is jumped over, in the way that it was moved.
function snapped(value, before) {
  for (const [low, high] of ranges) if (value >= low && value <= high) return value;
  const ends = ranges.flat();
  const ahead = ends.filter((end) => (value > before ? end >= value : end <= value));
  const near = ahead.length ? ahead : ends;
  return near.reduce((best, end) => (Math.abs(end - value) < Math.abs(best - value) ? end : best));
}

// What nobody chose need not end on a step of the slider: its own length is told.
function showLength() {
  const told = length(Number(slider.value === usual.value ? usual.dataset.duurt : slider.value));
  document.getElementById("duur-tekst").textContent = told;
  slider.setAttribute("aria-valuetext", told);
}

function showSlider(told) {
  const untouched = slider.disabled || slider.value === usual.value;
  slider.disabled = told.least >= told.most;
  document.getElementById("duur-veld").hidden = slider.disabled;
  ranges = told.ranges;
  slider.min = told.least;
  slider.max = told.most;
  document.getElementById("duur-kort").textContent = clock(told.least);
  document.getElementById("duur-lang").textContent = clock(told.most);
  usual.value = told.usual;
  usual.dataset.duurt = told.lasts;
  if (untouched) slider.value = told.usual;
  showLength();
}

async function look() {
  if (asking) asking.abort();
  asking = new AbortController();
  try {
    const answer = await fetch(`${form.getAttribute("action")}/tekst`, {
      method: "POST", body: new FormData(form), signal: asking.signal,
    });
    if (!answer.ok) throw new Error(String(answer.status));
    const told = await answer.json();
    if (told.overtaken) { // by another window, or by an older question that came in later
      clearTimeout(timer);
      timer = setTimeout(look, WAIT_MS);
      return;
    }
    showWrong(told.wrong);
    fault.hidden = !told.problem;
    fault.textContent = told.problem || "";
    if (!told.lines) return;
    showLines(text, total, told, (words) => hearButton("zin", { tekst: words }, words));
    warnings.replaceChildren(...told.warnings.map((each) => element("p", "note", each)));
    if (doubt && doubt.textContent !== told.doubt) doubt.textContent = told.doubt;
    showSlider(told.slider);
  } catch (error) {
    if (error.name !== "AbortError") fault.hidden = true; // the bar above tells that stem is gone
  }
}

let before = Number(slider.value);
form.addEventListener("input", (event) => {
  if (event.target === slider) {
    slider.value = snapped(Number(slider.value), before);
    before = Number(slider.value);
    showLength();
  }
  if (event.target.name === "code") return;
  clearTimeout(timer);
  timer = setTimeout(look, WAIT_MS);
});

// A second click does the same once; coming back by the back button makes the button work again.
form.addEventListener("submit", () => setTimeout(() => { form.querySelector("button.main").disabled = true; }, 0));
addEventListener("pageshow", (event) => {
  form.querySelector("button.main").disabled = false;
  if (event.persisted) look();
});

const wrong = form.querySelector("[aria-invalid]");
if (wrong) wrong.focus();
