// The bar of what is being made. All state is the program's: a reload or a second tab sees the same.

const step = document.getElementById("stap");
const bar = document.getElementById("balk");
const share = document.getElementById("deel");
const left = document.getElementById("nog");

const HIDDEN_MS = 3000;
const AGAIN_MS = 2000;

// Looks at an address until it is over, and then at the page anew; `show` is told what more there is.
export async function follow(address, wait_ms, show = () => {}) {
  let pause = document.hidden ? HIDDEN_MS : wait_ms;
  try {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(String(answer.status));
    const told = await answer.json();
    if (told.state !== "waiting" && told.state !== "making") {
      location.reload();
      return;
    }
    if (step.textContent !== told.stage) step.textContent = told.stage;
    bar.value = told.percent;
    share.textContent = `${told.percent} %`;
    left.textContent = told.left;
    show(told);
  } catch {
    pause = AGAIN_MS;
  }
  setTimeout(follow, pause, address, wait_ms, show);
}
