// A message as KakaoTalk draws it: one drawing for the share page and for the demo's phone.
//
// What Kakao says of it: a feed's items stand before its text; title and description have four lines
// together, counts are three at most, and a location's address is only where its second button
// leads (https://developers.kakao.com/docs/en/message-template/default). The rest is how it looks.
//
// `look` is what a page adds: `say(key)` gives KakaoTalk's own words, as text or as elements;
// `app` is whose name and icon stand below, `foot` what KakaoTalk adds above them. Where something
// happens when it is pressed, `press` takes an address, and `map` and `add` what was pressed and the
// template. With `shows`, which tells what pictures may be loaded, words stand in place of the others.

const LINES = 4;
const MOST_COUNTS = 3;
const MOST_BUTTONS = 2;
const MOST_ROWS = 3;
const COUNTS = ["like", "comment", "shared", "view", "subscriber"];
const DRAWN = { feed, list, location, commerce, text, calendar };

/** A message of the app; whatever has no default template of Kakao's is drawn by Kakao. */
export function card(template, look) {
  const draw = DRAWN[template.object_type] ?? made;
  return h("div", { class: `card ${template.object_type ?? "made"}` }, draw(template, look), look.foot, strip(look));
}

function feed(template, look) {
  const { content, item_content: item } = template;
  return [profile(item, look), picture(content, look), items(item, look), words(content, look), social(template.social, look), buttons(template, content.link, look)];
}

function list(template, look) {
  const { header_title: title, header_link: link } = template;
  return [
    pressable("heading", () => look.press(addressOf(link)), look, title),
    h("div", { class: "entries" }, template.contents.slice(0, MOST_ROWS).map((one) => entry(one, look))),
    buttons(template, link, look),
  ];
}

function entry(content, look) {
  return pressable("entry", () => look.press(addressOf(content.link)), look,
    h("span", {}, content.title ? h("b", {}, content.title) : null, content.description ? h("small", {}, content.description) : null),
    thumbnail(content.image_url, "square", look));
}

function location(template, look) {
  const { content } = template;
  const map = button(look.say("map"), (event) => look.map(event.target, template), look);
  return [picture(content, look), words(content, look), social(template.social, look), buttons(template, content.link, look, map)];
}

function commerce(template, look) {
  const { content, commerce: goods } = template;
  const name = goods.product_name ? h("small", { class: "product" }, goods.product_name) : null;
  return [picture(content, look), name, words({ title: content.title, link: content.link }, look, prices(goods)), buttons(template, content.link, look)];
}

function prices(goods) {
  const amount = (number) => priced(number, goods);
  if (goods.discount_price === undefined) return h("div", { class: "prices" }, h("b", {}, amount(goods.regular_price)));
  const off = goods.discount_rate === undefined ? goods.fixed_discount_price && `-${amount(goods.fixed_discount_price)}` : `${goods.discount_rate}%`;
  return h("div", { class: "prices" }, off ? h("em", {}, off) : null, h("b", {}, amount(goods.discount_price)), h("s", {}, amount(goods.regular_price)));
}

function priced(number, { currency_unit: unit = "원", currency_unit_position: place = 0 }) {
  return place === 1 ? `${unit}${grouped(number)}` : `${grouped(number)}${unit}`;
}

function text(template, look) {
  const go = () => look.press(addressOf(template.link));
  return [pressable("words", go, look, h("span", { class: "whole" }, template.text)), buttons(template, template.link, look)];
}

function calendar(template, look) {
  const { content } = template;
  const key = template.id_type === "calendar" ? "subscribe" : "add";
  const add = button(look.say(key), (event) => look.add(event.target, template), look);
  return [
    picture(content, look),
    h("div", { class: "dated" }, sheet(look.day), words(content, look)),
    buttons({ buttons: template.buttons ?? [] }, content.link, look, add),
  ];
}

/** The day's sheet; an empty one for a calendar, or where nobody knows the day. */
function sheet(day) {
  return h("div", { class: "sheet" }, h("i", {}, day?.month), h("b", {}, day?.date));
}

/** What Kakao makes of a page or of a template of the operator's cannot be known here. */
function made(message, look) {
  const rows = Object.entries(message.template_args ?? {}).map(([name, value]) => pair(name, value));
  return [
    h("div", { class: "words" }, h("strong", {}, look.say(message.request_url ? "scrap" : "custom")), message.request_url ? h("span", {}, message.request_url) : null),
    rows.length ? h("dl", {}, rows) : null,
  ];
}

/** Where a phone goes for a link. */
const addressOf = (link) => link?.mobile_web_url ?? link?.web_url ?? null;

/** A number as people read it: 208,800. */
const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");

/** The large picture, in its own proportions as far as a card lets it. */
function picture(content, look) {
  if (!content.image_url) return null;
  if (!shown(content.image_url, look)) return unseen(look);
  const loaded = h("img", { class: "picture", src: content.image_url, alt: look.alt ?? "", referrerpolicy: "no-referrer", onclick: look.press && (() => look.press(addressOf(content.link))) });
  if (content.image_width && content.image_height) {
    loaded.style.aspectRatio = String(Math.min(2, Math.max(0.75, content.image_width / content.image_height)));
  }
  loaded.addEventListener("error", () => loaded.replaceWith(unseen(look) ?? ""));
  return loaded;
}

/** A small picture; without it the words take its place. */
function thumbnail(address, shape, look) {
  if (!address) return null;
  if (!shown(address, look)) return h("i", { class: shape });
  const loaded = h("img", { class: shape, src: address, alt: "", referrerpolicy: "no-referrer" });
  loaded.addEventListener("error", () => loaded.remove());
  return loaded;
}

const shown = (address, look) => !look.shows || look.shows(address);

const unseen = (look) => (look.shows ? h("div", { class: "picture unseen" }, h("div", {}, look.say("picture"))) : null);

/** Title and description, with whatever stands below them. */
function words(content, look, below = look.below) {
  if (!content.title && !content.description && !below) return null;
  const title = content.title ? h("strong", {}, content.title) : null;
  const description = content.description ? h("span", {}, content.description) : null;
  const drawn = pressable("words", () => look.press(addressOf(content.link)), look, title, description, below);
  if (title && description) new ResizeObserver(() => shareLines(title, description)).observe(title);
  return drawn;
}

/** The description gets the lines that the title leaves, which has two at most. */
function shareLines(title, description) {
  const used = Math.round(title.offsetHeight / Number.parseFloat(getComputedStyle(title).lineHeight));
  description.style.webkitLineClamp = String(LINES - used);
}

/** Feed with items: whose it is, above the picture; a bold line when there is no face. */
function profile(item, look) {
  if (!item?.profile_text) return null;
  const face = thumbnail(item.profile_image_url, "round", look);
  return h("div", { class: face ? "profile" : "profile bold" }, face, h("span", {}, item.profile_text));
}

/** Feed with items: a title with a small picture, rows of two columns and their sum. */
function items(item, look) {
  return item ? [titled(item, look), table(item)] : null;
}

function titled(item, look) {
  if (!item.title_image_text && !item.title_image_url) return null;
  return h("div", { class: "titled" }, h("div", {},
    item.title_image_text ? h("b", {}, item.title_image_text) : null,
    item.title_image_category ? h("small", {}, item.title_image_category) : null), thumbnail(item.title_image_url, "square", look));
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
function social(counts, look) {
  const set = COUNTS.filter((name) => (counts?.[`${name}_count`] ?? null) !== null).slice(0, MOST_COUNTS);
  return set.length ? h("div", { class: "social" }, set.map((name) => h("span", {}, look.say(name), " ", grouped(counts[`${name}_count`])))) : null;
}

/** The buttons of a template, two side by side; the default one where none was given. */
function buttons(template, link, look, extra = null) {
  const given = template.buttons ?? [{ title: template.button_title ?? look.say("more"), link }];
  const all = given.slice(0, extra ? MOST_BUTTONS - 1 : MOST_BUTTONS).map((one) => button(one.title, () => look.press(addressOf(one.link)), look));
  if (extra) all.push(extra);
  return all.length ? h("div", { class: all.length > 1 ? "buttons beside" : "buttons" }, all) : null;
}

const button = (title, act, look) => pressable("act", act, look, title);

function pressable(kind, act, look, ...children) {
  return look.press ? h("button", { class: kind, type: "button", onclick: act }, children) : h("div", { class: kind }, children);
}

/** The strip below that says which app sent it, and leads to the app's default domain. */
function strip(look) {
  const { app } = look;
  const icon = h("img", { src: app.icon, alt: "", width: 16, height: 16 });
  return h("footer", {}, pressable("app", () => look.press(app.home), look, icon, h("span", {}, app.name)));
}

/** Make an element: properties starting with "on" are listeners, the rest attributes. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) set(element, name, value);
  element.append(...children.flat(Infinity).filter((child) => child || child === 0));
  return element;
}

function set(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (name === "value") element.value = value;
  else element.setAttribute(name, value === true ? "" : value);
}
