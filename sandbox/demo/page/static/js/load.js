// Fetching the picture: what the server says is drawn, whoever asked for it.

import { snapshot } from "./api.js";
import { take, ui } from "./store.js";

let asked = 0;
let drawn = 0;

/** Fetch the picture again; an older answer never overwrites a newer one. */
export async function load() {
  const turn = ++asked;
  const state = await snapshot();
  if (turn <= drawn) return;
  drawn = turn;
  if (ui.run !== state.run) forget(state.run);
  ui.person ??= state.person;
  ui.lang ??= state.lang ?? (navigator.language.startsWith("ko") ? "ko" : "en");
  document.documentElement.lang = ui.lang;
  if (ui.person === state.person) take(state);
}

/** Another run of the sandbox has other numbers: keep only who one is and the language. */
function forget(run) {
  Object.assign(ui, { run, guild: undefined, channel: null, room: null, dismissed: [], seen: {}, done: {} });
}
