// KakaoTalk's default templates as the phone draws them: feed cards and text bubbles.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { t } from "../texts.js";

const LINES = 4;

/** A message of the app; `open` is called with the address of whatever is pressed. */
export function card(template, app, open) {
  if (template.object_type === "text") return textBubble(template, app, open);
  if (template.object_type === "feed") return feed(template, app, open);
  return h("div", { class: "card" }, h("p", { class: "body" }, t("unknownTemplate", { kind: template.object_type })), strip(app));
}

const addressOf = (link) => link?.mobile_web_url ?? link?.web_url ?? null;

function feed(template, app, open) {
  const { content } = template;
  const go = () => open(addressOf(content.link));
  const made = h("div", { class: "card feed" },
    content.image_url ? image(content, go) : null,
    words(content, go),
    buttons(template, content.link, open),
    strip(app));
  requestAnimationFrame(() => shareLines(made));
  return made;
}

function image(content, go) {
  const made = h("img", { src: content.image_url, alt: t("cardPicture"), onclick: go });
  if (content.image_width && content.image_height) {
    made.style.aspectRatio = String(Math.min(2, Math.max(0.75, content.image_width / content.image_height)));
  }
  made.addEventListener("error", () => made.remove());
  return made;
}

function words(content, go) {
  if (!content.title && !content.description) return null;
  return h("button", { class: "words", type: "button", onclick: go },
    content.title ? h("strong", {}, content.title) : null,
    content.description ? h("span", {}, content.description) : null);
}

/** Title and description show four lines together, the title two at most. */
function shareLines(made) {
  const title = made.querySelector(".words strong");
  const text = made.querySelector(".words span");
  if (!text) return;
  const used = title ? Math.round(title.offsetHeight / Number.parseFloat(getComputedStyle(title).lineHeight)) : 0;
  text.style.webkitLineClamp = String(LINES - used);
}

function buttons(template, link, open) {
  const all = template.buttons ?? [{ title: template.button_title ?? t("detailButton"), link }];
  return h("div", { class: "buttons" }, all.slice(0, 2).map((one) => h("button", { type: "button", onclick: () => open(addressOf(one.link)) }, one.title)));
}

function strip(app) {
  return h("footer", {}, h("img", { src: app.icon, alt: "", width: 16, height: 16 }), h("span", {}, app.name), icon("next", 12));
}

function textBubble(template, app, open) {
  return h("div", { class: "card text" },
    h("button", { class: "words", type: "button", onclick: () => open(addressOf(template.link)) }, h("span", {}, template.text)),
    buttons(template, template.link, open),
    strip(app));
}

/** One line that a chat list shows for a message. */
export function preview(template) {
  const text = template.text ?? template.content?.title ?? template.content?.description ?? "";
  return text.replace(/\s+/g, " ").trim() || t("photo");
}
