// The password goes to the clipboard when it is asked for.

const button = document.getElementById("kopieer");
const told = document.getElementById("gekopieerd");

button.hidden = false;
button.addEventListener("click", async () => {
  const word = document.getElementById("wachtwoord");
  try {
    await navigator.clipboard.writeText(word.textContent);
    told.textContent = "Gekopieerd. Plak het niet in dezelfde mail.";
  } catch {
    getSelection().selectAllChildren(word);
    told.textContent = "Het staat klaar: kopieer het met Ctrl+C.";
  }
});
