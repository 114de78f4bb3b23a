// The bars of a list that is being made: one for all, and one for each row that is at work.

const box = document.getElementById("lijst");
const step = document.getElementById("stap");
const bar = document.getElementById("balk");
const share = document.getElementById("deel");
const left = document.getElementById("nog");
const cells = [...document.querySelectorAll("#rijen .standing")];

function show(cell, [state, percent, standing]) {
  const text = cell.querySelector("span");
  const own = cell.querySelector("progress");
  if (text.textContent !== standing) text.textContent = standing;
  if (!cell.classList.contains(state)) cell.className = `standing ${state}`;
  own.hidden = state !== "making";
  own.value = percent;
}

async function look() {
  let pause = document.hidden ? 3000 : 700;
  try {
    const answer = await fetch(`/clienten/${box.dataset.lijst}.json`);
    if (!answer.ok) throw new Error(String(answer.status));
    const list = await answer.json();
    if (list.state !== "waiting" && list.state !== "making") {
      location.reload();
      return;
    }
    if (step.textContent !== list.stage) step.textContent = list.stage;
    bar.value = list.percent;
    share.textContent = `${list.percent} %`;
    left.textContent = list.left;
    list.rows.forEach((row, at) => show(cells[at], row));
  } catch {
    pause = 2000;
  }
  setTimeout(look, pause);
}

look();
