// Who one is on both sides, and the language of the page and of that person's Discord.

import { h, region } from "./dom.js";
import { load } from "./load.js";
import { show, ui, world } from "./store.js";
import { LANGUAGES, t } from "./texts.js";
import { toast } from "./toast.js";

const told = {};

/** Draw the switches; gives the function that draws them again. */
export function mountPeople() {
  const people = region(document.getElementById("people"), drawPeople);
  const language = region(document.getElementById("language"), drawLanguages);
  return () => {
    people({ people: world.state.people.map((one) => ({ ...one, news: news(one) })), open: ui.person, lang: ui.lang });
    language({ lang: ui.lang });
  };
}

/** How many KakaoTalk messages came to this person since somebody looked. */
function news(one) {
  const key = `person:${one.name}`;
  if (one.name === ui.person || !(key in ui.seen)) ui.seen[key] = one.received;
  const count = one.received - ui.seen[key];
  if (count > (told[key] ?? 0)) toast(t("arrivedFor", { name: one.name }), "good");
  told[key] = count;
  return count;
}

function drawPeople({ people, open }) {
  const root = document.getElementById("people");
  root.setAttribute("aria-label", t("person"));
  root.onkeydown = (event) => turn(event, people.map((one) => one.name), ui.person, become);
  return people.map((one) => h("button", {
    class: "person", type: "button", role: "radio", "data-key": one.name, "aria-checked": String(one.name === open),
    tabindex: one.name === open ? "0" : "-1", "aria-label": one.name, onclick: () => become(one.name),
  }, h("img", { src: one.avatar, alt: "", width: 30, height: 30 }), h("span", {}, one.name),
  one.linked ? h("i", { class: "linked", title: t("linked") }) : null, one.news ? h("b", { class: "count" }, one.news) : null));
}

/** Arrow keys move within a group of choices. */
function turn(event, values, now, choose) {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  choose(values[(values.indexOf(now) + step + values.length) % values.length]);
}

/** Look at both sides as this person. */
export async function become(name) {
  Object.assign(ui, { person: name, room: null, replyTo: null });
  await load();
  show({});
}

function drawLanguages({ lang }) {
  const root = document.getElementById("language");
  root.setAttribute("aria-label", t("language"));
  root.onkeydown = (event) => turn(event, Object.keys(LANGUAGES), ui.lang, speak);
  return Object.entries(LANGUAGES).map(([code, name]) => h("button", {
    type: "button", role: "radio", "data-key": code, "aria-checked": String(code === lang), tabindex: code === lang ? "0" : "-1", lang: code, onclick: () => speak(code),
  }, name));
}

/** Change the language of the page, and with it that of the person's Discord. */
export function speak(code) {
  document.documentElement.lang = code;
  show({ lang: code });
  return load();
}
