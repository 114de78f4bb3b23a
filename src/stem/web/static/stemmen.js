// How far a voice is that is being fetched; all state is the program's.

const LOOK_MS = 500;

async function look(card) {
  let pause = document.hidden ? 3000 : LOOK_MS;
  try {
    const answer = await fetch(`/praktijk/stemmen/${encodeURIComponent(card.dataset.haalt)}.json`);
    if (!answer.ok) throw new Error(String(answer.status));
    const told = await answer.json();
    if (told.state !== "fetching") return location.reload();
    card.querySelector("[role=status]").textContent = told.text;
    card.querySelector("progress").value = told.percent;
  } catch {
    pause = 2000;
  }
  setTimeout(look, pause, card);
}

for (const card of document.querySelectorAll("[data-haalt]")) look(card);
