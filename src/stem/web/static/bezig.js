// The bar that tells on every page what is being made, and the word that stem does not answer.
// It also lets the program know that someone still has a page open.

const bar = document.getElementById("bezig");
const text = document.getElementById("bezig-tekst");
const link = document.getElementById("bezig-link");
const gone = document.getElementById("weg");

async function look() {
  let pause = 20000;
  try {
    const answer = await fetch("/bezig.json");
    if (!answer.ok) throw new Error(String(answer.status));
    const run = await answer.json();
    bar.hidden = !run.id || document.querySelector("[data-taak]")?.dataset.taak === run.id;
    if (run.id) {
      text.textContent = `Bezig: ${run.title}, ${run.percent} %`;
      link.href = `/taken/${run.id}`;
      pause = document.hidden ? 3000 : 1000;
    }
    gone.hidden = true;
  } catch {
    gone.hidden = false;
    pause = 2000;
  }
  setTimeout(look, pause);
}

if (bar) look();
