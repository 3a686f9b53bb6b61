// "Try this": a line of steps that tick themselves when they have happened; each takes one press.

import { h, region } from "./dom.js";
import { happened } from "./guide/facts.js";
import { PRESSES } from "./guide/presses.js";
import { icon } from "./icons.js";
import { me, show, ui, world } from "./store.js";
import { t } from "./texts.js";

const STEPS = ["link", "consent", "number", "menu", "card", "rule", "auto", "friends", "compose", "share", "status", "trouble"];

/** Note a step that leaves nothing behind by which it could be told. */
export function tick(step) {
  if (!done().includes(step)) show({ done: { ...ui.done, [ui.person]: [...done(), step] } });
}

const done = () => ui.done[ui.person] ?? [];
const next = () => STEPS.find((step) => !done().includes(step)) ?? null;

/** Draw the guide; gives the function that draws it again. */
export function mountGuide() {
  const guide = document.getElementById("guide");
  const draw = region(guide, drawSteps);
  let busy = false;
  const run = async () => {
    if (busy) return;
    const step = next();
    busy = true;
    redraw();
    try {
      if (await PRESSES[step]().press() === true) tick(step);
    } finally {
      busy = false;
      redraw();
    }
  };
  const redraw = () => {
    if (!me()) return;
    ui.done[ui.person] = [...new Set([...done(), ...happened()])];
    guide.setAttribute("aria-label", t("guide"));
    draw({ done: done(), next: next(), press: next() && PRESSES[next()]().label, run, busy, lang: ui.lang, person: ui.person });
  };
  return redraw;
}

function drawSteps({ done, next, press, run, busy }) {
  const more = (step) => t(`guide-${step}-more`, { page: world.state.kakao.page });
  const items = STEPS.map((step, index) => h("li", {
    class: done.includes(step) ? "done" : step === next ? "next" : "", "data-step": step, "aria-current": step === next ? "step" : null, title: more(step),
  }, h("i", {}, done.includes(step) ? icon("check", 13) : index + 1), h("span", {}, t(`guide-${step}`))));
  return [
    h("ol", {}, items),
    h("p", { "aria-live": "polite" }, next ? more(next) : t("guideDone")),
    next ? h("button", { class: busy ? "press busy" : "press", type: "button", "data-key": "press", "aria-busy": busy ? "true" : null, onclick: run }, t(press), icon("send", 15)) : null,
  ];
}
