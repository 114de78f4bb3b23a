// The bar of one run. All state is the program's: a reload or a second tab sees the same.

const box = document.getElementById("taak");
const step = document.getElementById("stap");
const bar = document.getElementById("balk");
const share = document.getElementById("deel");
const left = document.getElementById("nog");

async function look() {
  let pause = document.hidden ? 3000 : 500;
  try {
    const answer = await fetch(`/taken/${box.dataset.taak}.json`);
    if (!answer.ok) throw new Error(String(answer.status));
    const run = await answer.json();
    if (run.state !== "waiting" && run.state !== "making") {
      location.reload();
      return;
    }
    if (step.textContent !== run.stage) step.textContent = run.stage;
    bar.value = run.percent;
    share.textContent = `${run.percent} %`;
    left.textContent = run.left;
  } catch {
    pause = 2000;
  }
  setTimeout(look, pause);
}

look();
