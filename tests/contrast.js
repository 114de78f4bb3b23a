// Texts of a page that may have too little contrast with what is behind them.
// A text of one plain colour before another is clear by the rule itself; whatever else there is, is for axe.
() => {
  const light = (part) => ((part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  const brightness = ([red, green, blue]) => 0.2126 * light(red) + 0.7152 * light(green) + 0.0722 * light(blue);
  // Red, green, blue, and how much is seen of it where that is not all.
  const parts = (colour) => colour.match(/^rgba?\((\d+), (\d+), (\d+)(?:, ([\d.]+))?\)$/)?.slice(1);
  const known = new Map();

  // The first opaque colour behind an element, and which element has it; null when it is not plain.
  function behind(at) {
    if (!known.has(at)) known.set(at, found(at));
    return known.get(at);
  }

  function found(at) {
    const style = getComputedStyle(at);
    const colour = parts(style.backgroundColor);
    const above = at.parentElement ? behind(at.parentElement) : undefined;
    if (above === null || !colour || style.opacity !== "1" || style.backgroundImage !== "none") return null;
    if (colour[3] === undefined) return { colour, at };
    return colour[3] === "0" && above ? above : null;
  }

  function mayBeElsewhere(at, back) {
    if (back === document.documentElement || getComputedStyle(back).overflowY !== "visible") return false;
    let isPlaced = false;
    for (let each = at; each !== back; each = each.parentElement) {
      isPlaced ||= ["absolute", "fixed", "sticky"].includes(getComputedStyle(each).position);
    }
    const [box, other] = [at.getBoundingClientRect(), back.getBoundingClientRect()];
    const isInside = box.left >= other.left - 1 && box.right <= other.right + 1
      && box.top >= other.top - 1 && box.bottom <= other.bottom + 1;
    return isPlaced && !isInside;
  }

  function isClear(at) {
    const [style, back] = [getComputedStyle(at), behind(at)];
    const colour = parts(style.color);
    if (!back || !colour || colour[3] !== undefined || mayBeElsewhere(at, back.at)) return false;
    const [low, high] = [brightness(colour), brightness(back.colour)].sort((one, other) => one - other);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.67 && style.fontWeight >= 700);
    return (high + 0.05) / (low + 0.05) >= (isLarge ? 4.5 : 7);
  }

  const hasText = (at) =>
    at.matches("input:not([type=range], [type=radio], [type=checkbox]), select, textarea")
    || [...at.childNodes].some((each) => each.nodeType === Node.TEXT_NODE && each.data.trim());
  return [...document.body.querySelectorAll("*")]
    .filter((at) => hasText(at) && !at.closest("svg, :disabled"))
    .filter((at) => at.checkVisibility({ visibilityProperty: true }) && !isClear(at))
    .map((at) => at.outerHTML.slice(0, 120));
}
