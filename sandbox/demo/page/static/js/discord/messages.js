// The messages of the open channel.

import { perform } from "../actions.js";
import { h, keyed, roving } from "../dom.js";
import { icon } from "../icons.js";
import { channel, messagesOf, show, ui, world } from "../store.js";
import { t } from "../texts.js";
import { day, head, now, sameDay } from "../time.js";
import { attachment, embed, poll, snapshot, sticker } from "./attachments.js";
import { readable } from "./color.js";
import { all, emoji } from "./components.js";
import { markdown } from "./markdown.js";
import { displayOf } from "./commands.js";
import { messageMenu } from "./menu.js";

const SLASH = 20;
const GROUP = 7 * 60 * 1000;
const LONG_PRESS = 550;
const NAMED = 40;
const SYSTEM = { 6: "systemPin", 7: "systemJoin", 8: "systemBoost", 18: "systemThread" };

let atEnd = true;

/** Draw the messages and keep the view at the end unless the visitor scrolled up. */
export function mountMessages(root) {
  document.addEventListener("answer-at-end", () => { atEnd = true; });
  const draw = keyed(root, item);
  roving(root, ".more");
  let place = null;
  let seenAt = 0;
  const toEnd = () => { if (atEnd) root.scrollTop = root.scrollHeight; };
  root.addEventListener("scroll", () => { atEnd = isAtEnd(root, atEnd, seenAt); seenAt = root.scrollTop; }, { passive: true });
  root.addEventListener("load", toEnd, { capture: true });
  new ResizeObserver(toEnd).observe(root);
  return () => {
    const here = channel();
    atEnd ||= place !== ui.channel;
    place = ui.channel;
    root.setAttribute("aria-label", here ? t("messagesIn", { name: here.name }) : "");
    draw(here ? items(here) : []);
    toEnd();
  };
}

/** Only going up leaves the end: a picture that loads late pushes the end away by itself. */
function isAtEnd(root, before, seenAt) {
  const near = root.scrollHeight - root.scrollTop - root.clientHeight < 60;
  return near || (before && root.scrollTop >= seenAt);
}

function items(here) {
  const made = [{ key: `start-${here.id}`, kind: "start", name: here.name, dm: here.type === 1, lang: ui.lang }];
  let before = null;
  for (const message of messagesOf(here.id)) {
    const date = new Date(message.timestamp);
    if (!before || !sameDay(new Date(before.timestamp), date)) {
      made.push({ key: `day-${here.id}-${day(date)}`, kind: "day", text: day(date) });
    }
    made.push({ key: message.id, kind: "message", message, follows: follows(before, message), lang: ui.lang, person: ui.person });
    before = message;
  }
  return made;
}

function follows(before, message) {
  return Boolean(before)
    && before.author.id === message.author.id
    && !message.message_reference && !message.command
    && !(before.type in SYSTEM) && !(message.type in SYSTEM)
    && before.ephemeral === message.ephemeral
    && new Date(message.timestamp) - new Date(before.timestamp) < GROUP;
}

function item(one, known) {
  if (one.kind === "start") return start(one);
  if (one.kind === "day") return h("div", { class: "day", role: "separator" }, h("span", {}, one.text));
  if (one.message.type in SYSTEM) return system(one.message);
  return messageOf(one.message, one.follows, known);
}

function start(one) {
  return h("div", { class: "start" },
    h("span", { class: "badge" }, icon(one.dm ? "bubble" : "hash", 34)),
    h("h2", {}, one.dm ? one.name : t("startTitle", { name: one.name })),
    h("p", {}, one.dm ? t("startDm", { name: one.name }) : t("startText", { name: one.name })));
}

function system(message) {
  return h("div", { class: "system", "data-id": message.id },
    icon(message.type === 7 ? "next" : "check", 16), t(SYSTEM[message.type], { name: nameOf(message.author) }),
    h("time", { datetime: message.timestamp }, head(new Date(message.timestamp))));
}

const nameOf = (author) => world.state.discord.users[author.id]?.name ?? author.name ?? author.global_name ?? author.username;

function messageOf(message, grouped, known) {
  const { ephemeral } = message;
  const away = () => show({ dismissed: [...ui.dismissed, message.id] });
  const open = (event) => messageMenu(event, message);
  const more = h("button", { class: "more", type: "button", "aria-label": t("moreOf", { name: nameOf(message.author), text: shorten(message.content ?? "") }), tabindex: "-1", "aria-haspopup": "menu", "data-key": `more:${message.id}`, onclick: open }, icon("dots"));
  const made = h("article", {
    class: ["message", grouped && "follows", ephemeral && "ephemeral", mentionsMe(message) && "mentioned", !known && fresh(message) && "fresh"].filter(Boolean).join(" "),
    "data-id": message.id, oncontextmenu: open,
  },
  context(message),
  grouped ? h("time", { class: "margin", datetime: message.timestamp }, head(new Date(message.timestamp)).split(" ").slice(-2).join(" ")) : avatar(message.author),
  h("div", { class: "body" }, grouped ? null : header(message), content(message), ephemeral && !message.thinking ? onlyYou(away) : null),
  more);
  longPress(made, open);
  return made;
}

const shorten = (text) => (text.length > NAMED ? `${text.slice(0, NAMED)}…` : text);

const fresh = (message) => now() - new Date(message.timestamp) < 5000;

function mentionsMe(message) {
  const mine = world.state.people.find((one) => one.name === ui.person)?.id;
  return message.mention_everyone || (message.mentions ?? []).some((user) => user.id === mine);
}

function longPress(element, open) {
  let timer = 0;
  element.addEventListener("touchstart", (event) => { timer = setTimeout(() => open(event), LONG_PRESS); }, { passive: true });
  for (const name of ["touchend", "touchmove", "touchcancel"]) element.addEventListener(name, () => clearTimeout(timer), { passive: true });
}

/** A round picture of a user. */
export function avatar(author, size = 40) {
  const address = world.state.discord.users[author.id]?.avatar;
  return h("img", { class: "avatar", src: address, alt: "", width: size, height: size });
}

function header(message) {
  const known = world.state.discord.users[message.author.id];
  const name = h("span", { class: "name" }, nameOf(message.author));
  if (known?.color) name.style.color = readable(known.color);
  return h("header", {}, name,
    message.author.bot ? h("span", { class: "tag" }, icon("check", 10), t("app")) : null,
    h("time", { datetime: message.timestamp, title: day(new Date(message.timestamp)) }, head(new Date(message.timestamp))));
}

function context(message) {
  const { command, reply } = message;
  if (reply) return contextLine(reply.author, reply.deleted ? t("deletedMessage") : reply.content || t("attachment"));
  if (!command) return null;
  const called = message.type === SLASH ? `/${command.name}` : displayOf(command.name);
  return contextLine(message.interaction_metadata.user, t("used", { command: called }));
}

function contextLine(user, text) {
  return h("div", { class: "context" }, avatar(user, 16), h("span", { class: "name" }, nameOf(user)), h("span", { class: "quoted" }, text));
}

function content(message) {
  if (message.failed) return h("p", { class: "error" }, icon("alarm", 16), message.failed);
  if (message.thinking) return h("p", { class: "thinking" }, h("i"), h("i"), h("i"), t("thinking"));
  const where = message.names;
  const edited = message.edited && !message.author.bot ? h("small", { class: "edited" }, t("edited")) : null;
  return [
    message.content ? withMark(markdown(message.content, where), edited) : edited,
    (message.message_snapshots ?? []).map((one) => snapshot(one, where)),
    (message.attachments ?? []).map(attachment),
    (message.embeds ?? []).map((one) => embed(one, where)),
    message.poll ? poll(message.poll) : null,
    (message.sticker_items ?? []).map(sticker),
    all(message.components, { message, names: where }),
    message.reactions?.length ? h("div", { class: "reactions" }, message.reactions.map((one) => reaction(message, one))) : null,
  ];
}

function reaction(message, one) {
  const named = one.emoji.id ? `${one.emoji.name}:${one.emoji.id}` : one.emoji.name;
  return h("button", {
    class: `reaction ${one.me || one.me_burst ? "mine" : ""}`, type: "button",
    "aria-pressed": String(one.me || one.me_burst), "aria-label": t("reactWith", { emoji: one.emoji.name }),
    onclick: () => perform("react", { message: message.id, emoji: named }),
  }, emoji(one.emoji), one.count);
}

function withMark(element, mark) {
  if (mark) element.append(mark);
  return element;
}

function onlyYou(away) {
  return h("footer", { class: "only-you" }, icon("eye", 15), t("onlyYou"), " · ",
    h("button", { class: "plain", type: "button", onclick: away }, t("dismiss")));
}

/** Show a message where it stands and let it glow. */
export function glow(root, id) {
  const found = [...root.querySelectorAll("[data-id]")].find((one) => one.dataset.id === id);
  if (!found) return;
  atEnd = false;
  found.scrollIntoView({ block: "center" });
  found.classList.remove("glow");
  requestAnimationFrame(() => found.classList.add("glow"));
}
