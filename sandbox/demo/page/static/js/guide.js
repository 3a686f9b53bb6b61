// "Try this": a line of steps that tick themselves as the visitor does them.

import { h, region } from "./dom.js";
import { icon } from "./icons.js";
import { me, show, ui, world } from "./store.js";
import { t } from "./texts.js";

const STEPS = ["rule", "link", "consent", "number", "menu", "card", "friends", "compose", "share", "status", "trouble"];

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
  const mine = chats.flatMap((chat) => chat.messages.filter((message) => message.mine).map((message) => ({ ...message, me: !chat.with })));
  const friends = mine.some((message) => !message.me && !message.shared);
  const share = mine.some((message) => message.shared);
  const told = world.state.people.some((one) => one.name !== me()?.name && one.received > 0);
  return [told && "rule", linked && "link", linked && "consent", friends && "friends", share && "share"].filter(Boolean);
}

function drawSteps({ done }) {
  const next = STEPS.find((step) => !done.includes(step));
  const items = STEPS.map((step, index) => h("li", {
    class: done.includes(step) ? "done" : step === next ? "next" : "", "data-step": step, "aria-current": step === next ? "step" : null, title: t(`guide-${step}-more`, { page: world.state.kakao.page }),
  }, h("i", {}, done.includes(step) ? icon("check", 13) : index + 1), h("span", {}, t(`guide-${step}`))));
  return [h("ol", {}, items), h("p", { "aria-live": "polite" }, next ? t(`guide-${next}-more`, { page: world.state.kakao.page }) : t("guideDone"))];
}
