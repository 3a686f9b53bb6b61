// KakaoTalk's messages on the phone: the bubble as it is drawn everywhere, and what happens when
// something in it is pressed.

import { card } from "/drawing/card.js";
import { act } from "../api.js";
import { h } from "../dom.js";
import { icon } from "../icons.js";
import { world } from "../store.js";
import { t } from "../texts.js";
import { sheet } from "../time.js";
import { toast } from "../toast.js";

/** The bubble of a message; `open` is called with the address of whatever is pressed. */
export function bubble(message, app, open) {
  return card(message.template, {
    app,
    say: (key) => t(`bubble-${key}`),
    alt: t("cardPicture"),
    press: open,
    map: (pressed, template) => showPlace(pressed.closest(".screen"), template),
    add: added,
    day: message.starts_at ? sheet(new Date(message.starts_at * 1000)) : null,
    foot: message.to_friend ? visibility(app) : null,
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
  openOver(screen, "map", title ?? t("place"), h("div", { class: "ground", "aria-hidden": "true" }, h("i")),
    h("footer", {}, h("b", {}, title ?? address), title ? h("span", {}, address) : null));
}

/** What KakaoTalk adds to messages that an app sends to friends. */
function visibility(app) {
  return h("button", { class: "visibility", type: "button", onclick: (event) => showVisibility(event.target.closest(".screen"), app) }, t("visibility"));
}

/** Whether friends see in this app that I use it; who does not want that gets nothing of it either. */
function showVisibility(screen, app) {
  const toggle = h("button", { class: "toggle", type: "button", role: "switch", "aria-checked": String(!world.state.trouble.hide), onclick: () => setVisible(toggle) },
    h("span", {}, h("b", {}, t("visibilityOf", { app: app.name })), h("small", {}, t("visibilityMore"))), h("i"));
  openOver(screen, "settings", t("visibility"), toggle);
}

async function setVisible(toggle) {
  const hide = toggle.getAttribute("aria-checked") === "true";
  try {
    await act("trouble", { verb: "hide", on: hide });
    toggle.setAttribute("aria-checked", String(!hide));
  } catch (error) {
    toast(error.message, "bad");
  }
}

function openOver(screen, kind, title, ...content) {
  const close = h("button", { class: "plain", type: "button", "aria-label": t("back"), onclick: () => over.remove() }, icon("back", 24));
  const over = h("div", { class: `over ${kind}`, role: "dialog", "aria-label": title, onkeydown: (event) => event.key === "Escape" && leave(event, over) },
    h("header", {}, close, h("h2", {}, title)), content);
  screen.append(over);
  close.focus();
}

function leave(event, over) {
  event.stopPropagation();
  over.remove();
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
