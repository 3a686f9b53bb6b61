// Short notices at the edge of the page.

import { h } from "./dom.js";

/** Show a notice for a few seconds; `kind` is "good", "bad" or "plain". */
export function toast(text, kind = "plain") {
  const made = h("p", { class: `toast ${kind}` }, text);
  document.getElementById("toasts").append(made);
  setTimeout(() => made.classList.add("leaving"), 4200);
  setTimeout(() => made.remove(), 4600);
}
