// "Try this": a line of steps that tick themselves as the visitor does them.

import { h, region } from "./dom.js";
import { icon } from "./icons.js";
import { me, show, ui, world } from "./store.js";
import { t } from "./texts.js";

const STEPS = ["link", "consent", "menu", "card", "friends", "status", "trouble"];

/** A step was done; names that belong to no step are ignored. */
export function tick(name) {
  const step = { "kakao link": "link", "kakao status": "status" }[name] ?? name;
  if (STEPS.includes(step) && !ui.done.includes(step)) show({ done: [...ui.done, step] });
}

/** Draw the guide; gives the function that draws it again. */
export function mountGuide() {
  const draw = region(document.getElementById("guide"), drawSteps);
  return () => {
    ui.done = [...new Set([...ui.done, ...seen()])];
    draw({ done: ui.done, lang: ui.lang });
  };
}

/** What the state itself shows to be done. */
function seen() {
  const { chats } = world.state.kakao;
  const linked = me()?.linked;
  const friends = chats.some((chat) => chat.with && chat.messages.some((message) => message.mine));
  return [linked && "link", linked && "consent", friends && "friends"].filter(Boolean);
}

function drawSteps({ done }) {
  const next = STEPS.find((step) => !done.includes(step));
  const items = STEPS.map((step, index) => h("li", {
    class: done.includes(step) ? "done" : step === next ? "next" : "", "data-step": step, "aria-current": step === next ? "step" : null, title: t(`guide-${step}-more`),
  }, h("i", {}, done.includes(step) ? icon("check", 13) : index + 1), h("span", {}, t(`guide-${step}`))));
  return [h("ol", {}, items), h("p", { "aria-live": "polite" }, next ? t(`guide-${next}-more`) : t("guideDone"))];
}
