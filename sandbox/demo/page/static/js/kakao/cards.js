// KakaoTalk's messages as the phone draws them: the six default templates, and what a custom
// template or a scraped page becomes.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { ui } from "../store.js";
import { t } from "../texts.js";
import { addressOf, button, buttons, grouped, image, items, profile, social, strip, thumbnail, words } from "./parts.js";

const DRAWN = { feed, list, location, commerce, text, calendar };

/** A message of the app; `open` is called with the address of whatever is pressed. */
export function card(message, app, open) {
  const { template } = message;
  const draw = DRAWN[template.object_type];
  const body = draw ? draw(template, open, message) : h("p", { class: "body" }, t("unknownTemplate", { kind: template.object_type }));
  return h("div", { class: `card ${template.object_type}` }, body, strip(app));
}

function feed(template, open, { kind }) {
  const { content, item_content: item } = template;
  const go = () => open(addressOf(content.link));
  return [profile(item), image(content, go), items(item), words(content, go, kind === "scrap" ? domain(content) : null), social(template.social), buttons(template, content.link, open)];
}

/** A scraped page says where it is. */
function domain(content) {
  const address = addressOf(content.link);
  return address ? h("small", { class: "domain" }, new URL(address).host) : null;
}

function list(template, open) {
  return [
    h("button", { class: "heading", type: "button", onclick: () => open(addressOf(template.header_link)) }, template.header_title),
    h("div", { class: "entries" }, template.contents.map((one) => entry(one, open))),
    buttons(template, template.header_link, open),
  ];
}

function entry(content, open) {
  return h("button", { class: "entry", type: "button", onclick: () => open(addressOf(content.link)) },
    h("span", {}, content.title ? h("b", {}, content.title) : null, content.description ? h("small", {}, content.description) : null),
    thumbnail(content.image_url, "square"));
}

function location(template, open) {
  const { content } = template;
  const go = () => open(addressOf(content.link));
  const map = button(t("seePlace"), (event) => showPlace(event.target.closest(".screen"), template));
  return [image(content, go), words(content, go), social(template.social), buttons(template, content.link, open, map)];
}

/** The map that KakaoTalk opens over the chat. */
function showPlace(screen, { address, address_title: title }) {
  const close = h("button", { class: "plain", type: "button", "aria-label": t("back"), onclick: () => map.remove() }, icon("back", 24));
  const map = h("div", { class: "map", role: "dialog", "aria-label": t("seePlace"), onkeydown: (event) => event.key === "Escape" && leave(event, map) },
    h("header", {}, close, h("h2", {}, title ?? t("place"))), h("div", { class: "ground", "aria-hidden": "true" }, h("i")),
    h("footer", {}, h("b", {}, title ?? address), title ? h("span", {}, address) : null));
  screen.append(map);
  close.focus();
}

function leave(event, map) {
  event.stopPropagation();
  map.remove();
}

function commerce(template, open) {
  const { content, commerce: goods } = template;
  const go = () => open(addressOf(content.link));
  const name = goods.product_name ? h("small", { class: "product" }, goods.product_name) : null;
  return [image(content, go), name, words({ title: content.title }, go, prices(goods)), buttons(template, content.link, open)];
}

function prices(goods) {
  const amount = (number) => priced(number, goods);
  if (goods.discount_price === undefined) return h("p", { class: "prices" }, h("b", {}, amount(goods.regular_price)));
  const off = goods.discount_rate === undefined ? goods.fixed_discount_price && `-${amount(goods.fixed_discount_price)}` : `${goods.discount_rate}%`;
  return h("p", { class: "prices" }, off ? h("em", {}, off) : null, h("b", {}, amount(goods.discount_price)), h("s", {}, amount(goods.regular_price)));
}

function priced(number, { currency_unit: unit = "원", currency_unit_position: place = 0 }) {
  return place === 1 ? `${unit}${grouped(number)}` : `${grouped(number)}${unit}`;
}

function text(template, open) {
  return [words({ description: template.text }, () => open(addressOf(template.link))), buttons(template, template.link, open)];
}

function calendar(template, open, { starts_at: startsAt }) {
  const { content } = template;
  const go = () => open(addressOf(content.link));
  const add = button(t(template.id_type === "calendar" ? "subscribe" : "addEvent"), (event) => added(event.target));
  return [
    image(content, go),
    h("div", { class: "dated" }, sheet(startsAt), words(content, go)),
    buttons({ buttons: template.buttons ?? [] }, content.link, open, add),
  ];
}

/** The day's sheet; one without a day for a calendar, or an event that nobody knows. */
function sheet(startsAt) {
  if (!startsAt) return h("div", { class: "sheet" }, h("i"), icon("calendar", 20));
  const day = new Date(startsAt * 1000);
  const month = new Intl.DateTimeFormat(ui.lang === "en" ? "en-US" : "ko-KR", { month: "short" }).format(day);
  return h("div", { class: "sheet" }, h("i", {}, month), h("b", {}, day.getDate()));
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
