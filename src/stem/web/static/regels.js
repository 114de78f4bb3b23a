// Lines of what will be said, beside a form or an editor.

export function element(name, kind, words) {
  const made = document.createElement(name);
  if (kind) made.className = kind;
  made.textContent = words;
  return made;
}

function line(each, button) {
  if (each.kind === "chapter") return element("h3", "", each.text);
  if (each.kind === "pause") return element("p", "pause", each.text);
  const made = element("p", "said", "");
  made.append(element("span", "at", each.at), " ", element("span", "", each.text));
  if (button && each.hear) made.append(button(each.text));
  return made;
}

// They come instead of those before; `button` makes one behind a sentence that can be heard.
export function showLines(place, total, told, button = null) {
  const top = place.scrollTop;
  place.replaceChildren(...told.lines.map((each) => line(each, button)));
  place.scrollTop = top;
  if (total.textContent !== told.total) total.textContent = told.total; // it is read aloud when it changes
  place.dataset.bij = String(Number(place.dataset.bij || 0) + 1);
}
