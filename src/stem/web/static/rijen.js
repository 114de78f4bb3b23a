// The bars of a list that is being made: one for all, and one for each row that is at work.

import { follow } from "./voortgang.js";

const cells = [...document.querySelectorAll("#rijen .standing")];

function show(cell, [state, percent, standing]) {
  const text = cell.querySelector("span");
  const own = cell.querySelector("progress");
  if (text.textContent !== standing) text.textContent = standing;
  if (!cell.classList.contains(state)) cell.className = `standing ${state}`;
  own.hidden = state !== "making";
  own.value = percent;
}

const address = `/clienten/${document.getElementById("lijst").dataset.lijst}.json`;
follow(address, 700, (told) => told.rows.forEach((row, at) => show(cells[at], row)));
