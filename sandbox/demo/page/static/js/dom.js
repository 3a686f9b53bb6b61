// Small helpers over the DOM. Text always goes in as text nodes: nothing here parses HTML.

export { h } from "/drawing/card.js";

/** A region that is drawn again only when its data changed; focus stays on the same data-key. */
export function region(root, draw) {
  let last;
  return (data) => {
    const signature = JSON.stringify(data);
    if (signature === last) return;
    last = signature;
    const focus = root.contains(document.activeElement)
      ? document.activeElement.dataset.key
      : undefined;
    root.replaceChildren(...[draw(data)].flat(Infinity).filter(Boolean));
    if (focus) byKey(root, focus)?.focus();
  };
}

/** One stop of the tab key for a whole list: arrows go on from the item that is open, or the last. */
export function roving(root, selector) {
  root.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const items = [...root.querySelectorAll(selector)];
    const at = items.indexOf(document.activeElement);
    if (!step || !items.length || (at < 0 && document.activeElement !== root)) return;
    event.preventDefault();
    items[at < 0 ? items.length - 1 : (at + step + items.length) % items.length].focus();
  });
}

/** The element below `root` with this data-key. */
export function byKey(root, key) {
  return [...root.querySelectorAll("[data-key]")].find((item) => item.dataset.key === key);
}

/** A list whose unchanged items keep their elements, so that only news is drawn and animated. */
export function keyed(root, draw) {
  let drawn = new Map();
  return (items) => {
    const next = new Map();
    for (const item of items) {
      const signature = JSON.stringify(item);
      const old = drawn.get(item.key);
      const kept = old?.signature === signature;
      next.set(item.key, { signature, element: kept ? old.element : draw(item, Boolean(old)) });
    }
    const elements = [...next.values()].map((entry) => entry.element);
    const same = root.childNodes.length === elements.length
      && elements.every((element, index) => root.childNodes[index] === element);
    if (!same) place(root, elements);
    drawn = next;
  };
}

/** Moves as little as possible: an element that is taken out and put back would lose its focus. */
function place(root, elements) {
  const wanted = new Set(elements);
  for (const child of [...root.childNodes]) if (!wanted.has(child)) child.remove();
  elements.forEach((element, index) => {
    if (root.childNodes[index] !== element) root.insertBefore(element, root.childNodes[index] ?? null);
  });
}
