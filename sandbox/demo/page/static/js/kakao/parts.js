// The parts that KakaoTalk's templates are put together from.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { t } from "../texts.js";

const LINES = 4;
const MOST_COUNTS = 3;
const MOST_BUTTONS = 2;
const COUNTS = [["like_count", "heart"], ["comment_count", "speech"], ["shared_count", "share"], ["view_count", "eye"], ["subscriber_count", "person"]];

/** Where a phone goes for a link. */
export const addressOf = (link) => link?.mobile_web_url ?? link?.web_url ?? null;

/** A number as people read it: 208,800. */
export const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");

/** The large picture, in its own proportions as far as a card lets it. */
export function image(content, go) {
  if (!content.image_url) return null;
  const made = h("img", { class: "picture", src: content.image_url, alt: t("cardPicture"), onclick: go });
  if (content.image_width && content.image_height) {
    made.style.aspectRatio = String(Math.min(2, Math.max(0.75, content.image_width / content.image_height)));
  }
  made.addEventListener("error", () => made.remove());
  return made;
}

/** A small square picture; without it the words take its place. */
export function thumbnail(address, shape) {
  if (!address) return null;
  const made = h("img", { class: shape, src: address, alt: "" });
  made.addEventListener("error", () => made.remove());
  return made;
}

/** Title and description, with whatever stands below them. */
export function words(content, go, ...below) {
  if (!content.title && !content.description && !below.some(Boolean)) return null;
  const made = h("button", { class: "words", type: "button", onclick: go },
    content.title ? h("strong", {}, content.title) : null,
    content.description ? h("span", {}, content.description) : null, below);
  requestAnimationFrame(() => shareLines(made));
  return made;
}

/** Title and description show four lines together, the title two at most. */
function shareLines(made) {
  const title = made.querySelector("strong");
  const text = made.querySelector("strong + span, span:first-child");
  if (!text) return;
  const used = title ? Math.round(title.offsetHeight / Number.parseFloat(getComputedStyle(title).lineHeight)) : 0;
  text.style.webkitLineClamp = String(LINES - used);
}

/** Feed with items: whose it is, above the picture; a bold line when there is no face. */
export function profile(item) {
  if (!item?.profile_text) return null;
  const face = thumbnail(item.profile_image_url, "round");
  return h("div", { class: face ? "profile" : "profile bold" }, face, h("span", {}, item.profile_text));
}

/** Feed with items: a title with a small picture, rows of two columns and their sum. */
export function items(item) {
  if (!item) return null;
  return [titled(item), table(item)];
}

function titled(item) {
  if (!item.title_image_text && !item.title_image_url) return null;
  return h("div", { class: "titled" }, h("div", {},
    item.title_image_text ? h("b", {}, item.title_image_text) : null,
    item.title_image_category ? h("small", {}, item.title_image_category) : null), thumbnail(item.title_image_url, "square"));
}

function table(item) {
  const rows = (item.items ?? []).filter((row) => row.item && row.item_op).map((row) => pair(row.item, row.item_op));
  const sum = item.sum && item.sum_op ? pair(item.sum, item.sum_op, "sum") : null;
  return rows.length || sum ? h("dl", {}, rows, sum) : null;
}

function pair(name, value, kind = "") {
  return h("div", { class: kind }, h("dt", {}, name), h("dd", {}, value));
}

/** The row of counts: three at most, in KakaoTalk's own order. */
export function social(counts) {
  const shown = COUNTS.filter(([key]) => counts?.[key]).slice(0, MOST_COUNTS);
  if (!shown.length) return null;
  return h("p", { class: "social" }, shown.map(([key, mark]) => h("span", { title: t(key) }, icon(mark, 14), grouped(counts[key]))));
}

/** The buttons of a template; the one it always has stands at its place when none was given. */
export function buttons(template, link, open, extra = null) {
  const given = template.buttons ?? [{ title: template.button_title ?? t("detailButton"), link }];
  const all = given.slice(0, MOST_BUTTONS).map((one) => button(one.title, () => open(addressOf(one.link))));
  if (extra) all.push(extra);
  return all.length ? h("div", { class: extra && all.length === 2 ? "buttons beside" : "buttons" }, all) : null;
}

/** One button of a card. */
export function button(title, press) {
  return h("button", { type: "button", onclick: press }, title);
}

/** The strip below that says which app sent it. */
export function strip(app) {
  return h("footer", {}, h("img", { src: app.icon, alt: "", width: 16, height: 16 }), h("span", {}, app.name), icon("next", 12));
}
