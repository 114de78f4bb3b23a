// The player: its shape, chapters, the text that follows along, a click on a sentence plays from there.

const sound = document.getElementById("geluid");
const chapters = document.getElementById("hoofdstuk");
const heard = document.getElementById("gehoord");
const lines = [...document.querySelectorAll("#zinnen .line")];
const starts = lines.map((line) => Number(line.dataset.start));
const LEAD_S = 0.05;

let now = null;

function follow() {
  const at = sound.currentTime + LEAD_S;
  let index = starts.findLastIndex((start) => start <= at);
  const line = index < 0 ? null : lines[index];
  if (line === now) return;
  if (now) now.removeAttribute("aria-current");
  now = line;
  if (!now) return;
  now.setAttribute("aria-current", "true");
  if (!sound.paused) now.scrollIntoView({ block: "nearest" });
}

function playFrom(seconds) {
  sound.currentTime = seconds;
  sound.play();
}

if (sound) {
  sound.addEventListener("timeupdate", follow);
  sound.addEventListener("seeked", follow);
  for (const line of lines) line.addEventListener("click", () => playFrom(Math.max(Number(line.dataset.start) - 0.3, 0)));
  chapters?.addEventListener("change", () => playFrom(Number(chapters.value)));
  sound.addEventListener("timeupdate", () => {
    if (!chapters) return;
    const places = [...chapters.options].map((option) => Number(option.value));
    const place = places.findLastIndex((start) => start <= sound.currentTime + LEAD_S);
    if (place >= 0 && document.activeElement !== chapters) chapters.selectedIndex = place;
  });

  // Heard from begin to end: every second of it was played, wherever someone began.
  const played = new Set();
  sound.addEventListener("timeupdate", () => {
    if (sound.paused || !sound.duration) return;
    played.add(Math.floor(sound.currentTime));
    if (played.size >= Math.floor(sound.duration) - 1) heard.textContent = "Helemaal beluisterd.";
  });
  const shape = document.getElementById("vorm");
  fetch(shape.dataset.vorm).then((answer) => answer.json()).then(({ bars }) => {
    if (!bars.length) return;
    const lines = bars.map((bar, at) => `M${at + 0.5} ${50 - bar / 2 - 0.5}V${50 + bar / 2 + 0.5}`);
    shape.querySelector(".bars").setAttribute("d", lines.join(""));
    shape.removeAttribute("hidden");
  }).catch(() => {}); // the player does without it
  sound.addEventListener("timeupdate", () => {
    const share = sound.duration ? sound.currentTime / sound.duration : 0;
    shape.querySelector(".played").setAttribute("width", String(share * 1200));
  });
  shape.addEventListener("click", (event) => {
    const box = shape.getBoundingClientRect();
    if (sound.duration) playFrom(((event.clientX - box.left) / box.width) * sound.duration);
  });
  sound.addEventListener("error", () => { heard.textContent = "Dit bestand kan niet worden afgespeeld."; });
}
