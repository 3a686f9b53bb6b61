// The demo page: draws both sides from the server's snapshot, again whenever something changed.

import { listen } from "./api.js";
import { mountDiscord } from "./discord/window.js";
import { icon } from "./icons.js";
import { mountGuide } from "./guide.js";
import { mountPhone } from "./kakao/phone.js";
import { load } from "./load.js";
import { mountReset } from "./reset.js";
import { mountPeople } from "./people.js";
import { onChange, recall, ui, world } from "./store.js";
import { LANGUAGES, t } from "./texts.js";
import { mountTrouble } from "./trouble.js";

let online = true;

function mountFrame() {
  const alarm = document.getElementById("alarm");
  const more = document.getElementById("to-phone");
  return (state) => {
    document.title = t("title");
    document.getElementById("tagline").textContent = t("tagline");
    more.replaceChildren(t("toPhone"), icon("down", 16));
    const text = online ? botTrouble(state) : t("lineLost");
    alarm.hidden = !text;
    alarm.classList.toggle("calm", state.resetting);
    if (alarm.textContent !== text) alarm.textContent = text;
  };
}

function botTrouble({ bot, resetting }) {
  if (resetting) return t("resetting");
  return bot.state === "stopped" ? `${t("botStopped", { exit: bot.exit })}\n${bot.lines.slice(-6).join("\n")}` : "";
}

async function start() {
  recall();
  if (!(ui.lang in LANGUAGES)) ui.lang = null;
  const parts = [mountFrame(), mountPeople(), mountGuide(), mountDiscord(), mountPhone(), mountTrouble(), mountReset()];
  onChange((state) => parts.forEach((draw) => draw(state)));
  await load();
  listen((version) => version !== world.state.version && load(), (stands) => {
    const back = stands && !online;
    online = stands;
    if (back) load();
    else onLineChange();
  });
}

function onLineChange() {
  const alarm = document.getElementById("alarm");
  if (!online) {
    alarm.hidden = false;
    alarm.textContent = t("lineLost");
  }
}

start();
