// KakaoTalk's messages on the phone: the bubble as it is drawn everywhere, and what happens when
// something in it is pressed.

import { card } from "/drawing/card.js";
import { h } from "../dom.js";
import { icon } from "../icons.js";
import { ui } from "../store.js";
import { t } from "../texts.js";

/** The bubble of a message; `open` is called with the address of whatever is pressed. */
export function bubble(message, app, open) {
  return card(message.template, {
    app,
    say: (key) => t(`bubble-${key}`),
    alt: t("cardPicture"),
    press: open,
    map: (pressed, template) => showPlace(pressed.closest(".screen"), template),
    add: added,
    day: message.starts_at ? dayOf(message.starts_at) : null,
    below: message.kind === "scrap" ? domain(message.template.content) : null,
  });
}

/** A scraped page says where it is. */
function domain({ link }) {
  const address = link.mobile_web_url ?? link.web_url;
  return address ? h("small", { class: "domain" }, new URL(address).host) : null;
}

/** The map that KakaoTalk opens over the chat. */
function showPlace(screen, { address, address_title: title }) {
  const close = h("button", { class: "plain", type: "button", "aria-label": t("back"), onclick: () => map.remove() }, icon("back", 24));
  const map = h("div", { class: "map", role: "dialog", "aria-label": t("bubble-map"), onkeydown: (event) => event.key === "Escape" && leave(event, map) },
    h("header", {}, close, h("h2", {}, title ?? t("place"))), h("div", { class: "ground", "aria-hidden": "true" }, h("i")),
    h("footer", {}, h("b", {}, title ?? address), title ? h("span", {}, address) : null));
  screen.append(map);
  close.focus();
}

function leave(event, map) {
  event.stopPropagation();
  map.remove();
}

function dayOf(startsAt) {
  const day = new Date(startsAt * 1000);
  const month = new Intl.DateTimeFormat(ui.lang === "en" ? "en-US" : "ko-KR", { month: "short" }).format(day);
  return { month, date: day.getDate() };
}

function added(pressed) {
  pressed.disabled = true;
  pressed.textContent = t("added");
}

/** One line that a chat list shows for a message. */
export function preview(template) {
  const line = template.text ?? template.header_title ?? template.content?.title ?? template.content?.description ?? "";
  return line.replace(/\s+/g, " ").trim() || t("photo");
}
