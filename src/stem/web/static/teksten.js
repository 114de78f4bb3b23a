// How each text is, one after another: looking at one takes a few seconds.

const AGAIN_MS = 1000;

async function look(each) {
  for (;;) {
    const answer = await fetch(each.dataset.staat);
    if (!answer.ok) return "";
    const told = await answer.json();
    if (!told.overtaken) return told.state;
    await new Promise((done) => setTimeout(done, AGAIN_MS));
  }
}

for (const each of document.querySelectorAll("[data-staat]")) {
  try {
    const state = await look(each);
    each.textContent = state;
    each.classList.toggle("good", state === "in orde");
  } catch {
    break; // the bar above tells that stem is gone
  }
}
