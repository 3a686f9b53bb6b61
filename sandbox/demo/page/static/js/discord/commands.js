// The bot's commands as this person may call them in the open channel.

import { h } from "../dom.js";
import { ui, world } from "../store.js";

const SLASH = 1;
const MESSAGE_MENU = 3;

const here = () => world.state.discord.commands[ui.guild ?? "@me"] ?? [];

/** The entries of a message's menu. */
export const messageCommands = () => here().filter((one) => one.type === MESSAGE_MENU);

/** The slash commands that what was typed after the slash may mean, best first. */
export function matching(typed) {
  const wanted = typed.toLowerCase().trim();
  const rank = (one) => {
    const names = [one.name, one.display].map((text) => text.toLowerCase());
    if (names.some((text) => text.startsWith(wanted))) return 0;
    if (names.some((text) => text.includes(wanted))) return 1;
    return one.description.toLowerCase().includes(wanted) ? 2 : 3;
  };
  return here().filter((one) => one.type === SLASH).map((one) => [rank(one), one])
    .filter(([order]) => order < 3).sort((a, b) => a[0] - b[0]).map(([, one]) => one);
}

/** How a menu's command is called in the person's language. */
export const displayOf = (name) => messageCommands().find((one) => one.name === name)?.display ?? name;

/** A command that a text names: in the person's language; pressed, it stands in the composer. */
export function commandMention(name, id) {
  const command = here().find((one) => one.type === SLASH && one.name === name && one.id === id);
  if (!command) return h("span", { class: "mention" }, `/${name}`);
  const choose = () => document.dispatchEvent(new CustomEvent("command-chosen", { detail: command }));
  return h("button", { class: "mention", type: "button", onclick: choose }, `/${command.display}`);
}
