// The drawer for trouble: what can go wrong at Kakao and Discord, and what was seen of it.

import { act } from "./api.js";
import { h, region } from "./dom.js";
import { load } from "./load.js";
import { icon } from "./icons.js";
import { ui, world } from "./store.js";
import { t } from "./texts.js";
import { toast } from "./toast.js";

const VERBS = [
  ["village", ["word", "flood", "plan", "voice", "pin", "post"]],
  ["clock", ["ten-minutes", "hour", "morning", "tomorrow"]],
  ["kakao-account", ["expire", "revoke", "withdraw-talk"]],
  ["kakao-friends", ["unlink", "withdraw-friends", "hide", "put-away", "refuse", "allowed-msg", "leave-talk", "spend-recipient", "members-only", "join-team"]],
  ["kakao-calendar", ["withdraw-calendar", "lose-calendar", "edit-calendar", "spend-calendar", "calendar-members-only", "calendar-off"]],
  ["kakao-server", ["spend-sender", "spend-app", "fail", "lose", "rotate", "webhooks-off", "down", "slow"]],
  ["discord-server", ["drop", "gap", "refuse-gateway", "hold-guilds", "rest-down", "rest-hang", "close-dms"]],
];
const SHARED = ["down", "slow", "webhooks-off", "members-only", "calendar-members-only", "calendar-off", "allowed-msg", "refuse-gateway", "hold-guilds", "rest-down", "rest-hang"];

/** Draw the drawer; gives the function that draws it again. */
export function mountTrouble() {
  const drawer = document.getElementById("trouble");
  const button = document.getElementById("open-trouble");
  const body = h("div", { class: "body" });
  const logs = h("div", { class: "logs" });
  const head = region(drawer.appendChild(h("header")), drawHead);
  drawer.append(body, logs);
  const verbs = region(body, drawVerbs);
  const seen = region(logs, drawLogs);
  button.addEventListener("click", () => open(drawer, button, drawer.hidden));
  drawer.addEventListener("keydown", (event) => event.key === "Escape" && open(drawer, button, false));
  drawer.addEventListener("click", (event) => event.target.closest(".close") && open(drawer, button, false));
  return () => {
    const { trouble, kakao, bot, discord } = world.state;
    button.classList.toggle("on", SHARED.some((verb) => trouble[verb]));
    button.setAttribute("aria-label", t("trouble"));
    button.replaceChildren(icon("bolt", 17), h("span", {}, t("trouble")));
    drawer.setAttribute("aria-label", t("trouble"));
    head({ lang: ui.lang });
    verbs({ trouble, person: ui.person, lang: ui.lang });
    seen({ requests: kakao.requests, notices: kakao.notices, lines: bot.lines, problems: discord.problems, lang: ui.lang });
  };
}

function open(drawer, button, wanted) {
  drawer.hidden = !wanted;
  drawer.parentElement.classList.toggle("with-trouble", wanted);
  button.setAttribute("aria-expanded", String(wanted));
  // On a small screen it comes up from below: what it does is seen above it.
  if (wanted && getComputedStyle(drawer).position === "fixed") document.getElementById("phone").scrollIntoView();
  if (wanted) drawer.querySelector("button").focus({ preventScroll: true });
  else button.focus();
}

function drawHead() {
  return [h("h2", {}, icon("bolt", 20), t("trouble")), h("button", { class: "plain close", type: "button", "data-key": "close", "aria-label": t("close") }, icon("close", 20)), h("p", {}, t("troubleIntro"))];
}

function drawVerbs({ trouble, person }) {
  return VERBS.map(([group, verbs]) => h("section", {}, h("h3", {}, t(`trouble-${group}`, { person })), verbs.map((verb) => (verb in trouble ? toggle(verb, trouble[verb]) : once(verb)))));
}

function words(verb) {
  return h("span", {}, h("b", {}, t(`trouble-${verb}`)), h("small", {}, t(`trouble-${verb}-more`)));
}

function once(verb) {
  return h("button", { class: "verb", type: "button", "data-key": verb, onclick: () => make(verb) }, words(verb), icon("bolt", 16));
}

function toggle(verb, on) {
  return h("button", { class: "verb switch", type: "button", role: "switch", "data-key": verb, "aria-checked": String(on), onclick: () => make(verb, !on) }, words(verb), h("i"));
}

async function make(verb, on = true) {
  try {
    await act("trouble", { verb, on });
    await load();
    toast(on ? t("troubleMade", { what: t(`trouble-${verb}`) }) : t("troubleOver", { what: t(`trouble-${verb}`) }), on ? "plain" : "good");
  } catch (error) {
    toast(error.message, "bad");
  }
}

function drawLogs({ requests, notices, lines, problems }) {
  return [
    log(t("requests"), requests.map(request), "requests"),
    log(t("notices"), notices.map(request), "notices"),
    log(t("botLog"), lines.map((line) => h("li", {}, line)), "lines"),
    problems.length ? log(t("problems"), problems.map((line) => h("li", { class: "bad" }, line)), "problems") : null,
  ];
}

function request({ method, path, status, code }) {
  return h("li", { class: code || !status || status >= 400 ? "bad" : "" }, h("b", {}, status ?? "—"), ` ${method} ${path}`, code ? h("em", {}, code) : null);
}

const unfolded = new Set();

function log(title, entries, key) {
  const made = h("details", { open: unfolded.has(key) }, h("summary", {}, title, h("span", {}, entries.length)), h("ol", { tabindex: "0", "aria-label": title }, entries.length ? entries : h("li", {}, t("nothingYet"))));
  made.addEventListener("toggle", () => (made.open ? unfolded.add(key) : unfolded.delete(key)));
  return made;
}
