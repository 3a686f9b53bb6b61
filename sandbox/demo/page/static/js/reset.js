// The button that sets the village back to its morning.

import { act } from "./api.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { load } from "./load.js";
import { world } from "./store.js";
import { t } from "./texts.js";
import { toast } from "./toast.js";

/** Draw the button; gives the function that draws it again. */
export function mountReset() {
  const button = document.getElementById("reset");
  button.addEventListener("click", reset);
  return () => {
    button.hidden = !world.state.resets;
    button.disabled = world.state.resetting;
    button.setAttribute("aria-label", t("reset"));
    button.title = t("resetMore");
    button.replaceChildren(icon("again", 17), h("span", {}, t("reset")));
  };
}

async function reset() {
  try {
    await act("reset");
    await load();
    toast(t("resetDone"), "good");
  } catch (error) {
    toast(error.message, "bad");
  }
}
