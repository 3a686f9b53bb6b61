// Doing things on Discord as this person, and showing what came back.

import { act } from "./api.js";
import { load } from "./load.js";
import { toast } from "./toast.js";

const ANSWERED_AT_THE_END = ["say", "slash", "menu"];

/** Tell whoever draws it; they import this file, so it does not import them. */
function announce(what, detail) {
  document.dispatchEvent(new CustomEvent(what, { detail }));
}

/** Do it, draw what came of it, open the modal that may be the answer; null when it cannot be. */
export async function perform(action, details) {
  if (ANSWERED_AT_THE_END.includes(action)) announce("answer-at-end");
  try {
    const reply = await act(action, details);
    await load();
    if (reply.modal) announce("modal", reply.modal);
    return reply;
  } catch (error) {
    toast(error.message, "bad");
    return null;
  }
}

/** Like `perform`, with the pressed element showing that something is under way. */
export async function performFrom(element, action, details) {
  element.classList.add("busy");
  element.setAttribute("aria-busy", "true");
  try {
    return await perform(action, details);
  } finally {
    element.classList.remove("busy");
    element.removeAttribute("aria-busy");
  }
}

/** Open an address: what leads to Discord goes to the Discord beside it, the rest to a new tab. */
export async function follow(address) {
  try {
    const { discord } = await act("follow", { address });
    if (discord) return discord;
  } catch (error) {
    toast(error.message, "bad");
    return null;
  }
  window.open(address, "_blank", "noopener");
  return null;
}
