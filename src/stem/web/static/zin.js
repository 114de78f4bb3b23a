// A sentence that is being changed: too long is told while one types; seconds of one's own choose that pause.

const text = document.getElementById("woorden");
const told = document.getElementById("lang");
const seconds = document.getElementById("seconden");

function sentences(words) {
  return words.split(/(?<=[.!?…]["'”’)]*)\s+/u);
}

function judge() {
  const counts = sentences(text.value.trim()).map((each) => each.split(/\s+/u).filter(Boolean).length);
  const most = Math.max(...counts);
  told.textContent = most > Number(text.dataset.woorden) ? `Deze zin heeft ${most} woorden. Korter luistert rustiger.` : "";
}

text.addEventListener("input", judge);
seconds.addEventListener("input", () => {
  document.querySelector('[name="pauze"][value="eigen"]').checked = seconds.value.trim() !== "";
});
