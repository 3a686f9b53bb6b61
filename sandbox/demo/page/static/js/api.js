// The page's only way to the server.

import { ui } from "./store.js";

/** What happened to an action that could not be done; `message` is readable. */
export class CannotDo extends Error {}

async function answer(response) {
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new CannotDo(body.error ?? response.statusText);
  return body;
}

/** The whole picture as this person sees it. */
export async function snapshot() {
  const query = new URLSearchParams({ lang: ui.lang ?? "ko" });
  if (ui.person) query.set("person", ui.person);
  return answer(await fetch(`/api/state?${query}`));
}

/** Do something as this person; resolves when Discord has its answer. */
export async function act(action, details = {}) {
  const body = { person: ui.person, locale: ui.lang === "en" ? "en-US" : "ko", ...details };
  return answer(await fetch(`/api/${action}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  }));
}

/** Tell `onNews` the version after each change, and `onLine` whether the line stands. */
export function listen(onNews, onLine) {
  const source = new EventSource("/api/events");
  source.addEventListener("change", (event) => onNews(Number(event.data)));
  source.addEventListener("open", () => onLine(true));
  source.addEventListener("error", () => onLine(false));
}
