// Shows which sentence sounds, and plays from the sentence or the time that is chosen. Without it the page is
// read and the sound is played as ever: nothing here makes words.
"use strict";

const player = document.querySelector("audio");
const missing = document.querySelector("[role=status]");
const sentences = Array.from(document.querySelectorAll("span[data-start]"), (element) => ({
  element,
  start: Number(element.dataset.start),
  end: Number(element.dataset.end),
}));
const edges = sentences.flatMap(({ start, end }) => [start, end]);
const LATE_MS = 5; // timers may be a little early: then the edge would not have been passed
const HANDS_OFF_MS = 5000; // who scrolls wants to read there

let shown = null;
let timer = 0;
let scrolledAt = -Infinity;

function show(element) {
  if (element === shown) return;
  shown?.removeAttribute("aria-current");
  element?.setAttribute("aria-current", "true");
  shown = element;
  if (element && !player.paused) bringIntoView(element);
}

function bringIntoView(element) {
  const { top, bottom } = element.getBoundingClientRect();
  const inSight = top > innerHeight * 0.2 && bottom < innerHeight * 0.75;
  if (inSight || performance.now() - scrolledAt < HANDS_OFF_MS) return;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  element.scrollIntoView({ block: "center", behavior: still ? "instant" : "smooth" });
}

// Wakes at the next edge alone: a page that lies beside someone for an hour must not empty the battery.
function follow() {
  clearTimeout(timer);
  const now = player.currentTime;
  show(sentences.find(({ start, end }) => start <= now && now < end)?.element ?? null);
  const next = Math.min(...edges.filter((edge) => edge > now));
  if (!player.paused && next < Infinity) {
    timer = setTimeout(follow, ((next - now) / player.playbackRate) * 1000 + LATE_MS);
  }
}

function playFrom(chosen) {
  player.currentTime = Number(chosen.dataset.start);
  player.play().catch(() => {}); // it cannot be played: `error` below says so
}

for (const event of ["play", "playing", "pause", "seeked", "ratechange", "timeupdate"]) {
  player.addEventListener(event, follow);
}
for (const event of ["wheel", "touchmove", "keydown"]) {
  addEventListener(event, () => { scrolledAt = performance.now(); }, { passive: true });
}
addEventListener("click", ({ target }) => {
  const chosen = target.closest("[data-start]");
  const selecting = String(getSelection()) !== "";
  if (chosen && !selecting) {
    scrolledAt = -Infinity;
    playFrom(chosen);
  }
});
const tell = () => { missing.hidden = false; };
player.addEventListener("error", tell);
if (player.error) tell();
