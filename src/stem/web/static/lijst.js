// Dropping a list: it goes the way of the form, so that without this the form does the same.

const form = document.getElementById("sleep");
const field = document.getElementById("lijst");
const wrong = document.getElementById("lijst-fout");
const button = form.querySelector("button");
const LARGEST = 20_000_000;

function refused() {
  const file = field.files[0];
  const told = file && file.size > LARGEST ? "Deze lijst is te groot: er past 20 MB in. Is het wel een lijst?" : "";
  wrong.textContent = told;
  wrong.hidden = !told;
  return told !== "";
}

// Wherever on the page it is let go: beside the frame, a browser would open the list in place of the page.
for (const kind of ["dragenter", "dragover"]) {
  addEventListener(kind, (event) => {
    event.preventDefault();
    form.classList.add("over");
  });
}
addEventListener("dragleave", () => form.classList.remove("over"));
addEventListener("drop", (event) => {
  event.preventDefault();
  form.classList.remove("over");
  if (!event.dataTransfer.files.length) return;
  field.files = event.dataTransfer.files;
  form.requestSubmit();
});
form.addEventListener("submit", (event) => {
  if (refused() || button.disabled) {
    event.preventDefault();
    return;
  }
  button.textContent = "De lijst wordt nagekeken";
  setTimeout(() => { button.disabled = true; });
});
field.addEventListener("change", refused);

// The back button shows the page as it was left.
addEventListener("pageshow", () => {
  button.disabled = false;
  button.textContent = "Kijk de lijst na";
});
