// What the page knows: `world` comes from the server, `ui` is what this visitor looks at.

import { setClock } from "./time.js";

const KEPT = ["person", "lang", "guild", "channel"];
const listeners = new Set();

export const world = { state: null };
export const ui = {
  person: null,
  lang: null,
  guild: null,      // null: the direct messages
  channel: null,
  room: null,       // the open KakaoTalk room, null: a list
  tab: "chats",
  month: null,      // of the phone's calendar, null: this one
  day: null,
  replyTo: null,
  dismissed: [],    // ephemeral messages that were put away
  seen: {},         // how many KakaoTalk messages of a chat were looked at
  done: {},         // steps of the guide, by the person who took them
};

/** Call `listener` after each change. */
export function onChange(listener) {
  listeners.add(listener);
}

/** Change what the visitor looks at and draw again. */
export function show(changes) {
  Object.assign(ui, changes);
  remember();
  notify();
}

/** Take a new snapshot from the server and draw again. */
export function take(state) {
  world.state = state;
  setClock(state.now);
  notify();
}

function notify() {
  if (!world.state) return;
  for (const listener of listeners) listener(world.state, ui);
}

/** What a reload of this tab should find again. */
export function recall() {
  try {
    Object.assign(ui, JSON.parse(sessionStorage.getItem("kkachi") ?? "{}"));
  } catch {
    sessionStorage.removeItem("kkachi");
  }
}

function remember() {
  const kept = Object.fromEntries([...KEPT, "done", "seen", "run"].map((name) => [name, ui[name]]));
  sessionStorage.setItem("kkachi", JSON.stringify(kept));
}

/** The guild that is looked at. */
export function guild() {
  return world.state.discord.guilds.find((one) => one.id === ui.guild) ?? null;
}

/** The channel that is looked at, in a guild or among the direct messages. */
export function channel() {
  const all = [...world.state.discord.guilds.flatMap((one) => one.channels), ...world.state.discord.dms];
  return all.find((one) => one.id === ui.channel) ?? null;
}

/** The messages of a channel as this person sees them. */
export function messagesOf(id) {
  return (world.state.discord.messages[id] ?? []).filter((one) => !ui.dismissed.includes(one.id));
}

/** The person on both sides. */
export function me() {
  return world.state.people.find((one) => one.name === ui.person);
}
