// The KakaoTalk phone of the person: friends, chats, the open room.

import { follow } from "../actions.js";
import { h, keyed, region } from "../dom.js";
import { tick } from "../guide.js";
import { icon } from "../icons.js";
import { show, ui, world } from "../store.js";
import { t } from "../texts.js";
import { clock, day, now } from "../time.js";
import { toast } from "../toast.js";
import { glowIn } from "../discord/places.js";
import { calendarData, drawCalendar, noticeRings } from "./calendar.js";
import { bubble, preview } from "./cards.js";

const BANNER = 4000;
const FRESH = 6;

/** Draw the phone; gives the function that draws it again. */
export function mountPhone() {
  const talk = document.getElementById("talk");
  const parts = { list: h("div", { class: "pane" }), head: h("header", { class: "room-head" }), room: h("div", { class: "room", role: "log", tabindex: "0" }) };
  const list = region(parts.list, drawList);
  const head = region(parts.head, drawHead);
  const bubbles = keyed(parts.room, talked);
  const status = region(document.getElementById("status"), drawStatus);
  talk.append(parts.list, parts.head, parts.room);
  talk.addEventListener("keydown", (event) => event.key === "Escape" && ui.room && show({ room: null }));
  leadDown(document.getElementById("to-phone"), document.getElementById("phone"));
  setInterval(() => status({ time: clock(now()) }), 10000);
  let watched = null, rung = null;
  return () => {
    const { chats } = world.state.kakao;
    watched = notice(chats, watched);
    rung = noticeRings(rung);
    const room = chats.find((one) => one.id === ui.room) ?? null;
    talk.classList.toggle("in-room", Boolean(room));
    status({ time: clock(now()) });
    list({ ...listData(chats), lang: ui.lang });
    head({ name: room ? nameOf(room) : null, lang: ui.lang });
    const length = parts.room.childElementCount;
    bubbles(room ? items(room) : []);
    parts.room.setAttribute("aria-label", room ? nameOf(room) : "");
    if (parts.room.childElementCount !== length) toEnd(parts.room);
  };
}

/** On a small screen the phone stands below: the button shows that something came, until it is seen. */
function leadDown(button, phone) {
  button.addEventListener("click", () => phone.scrollIntoView({ behavior: "smooth" }));
  new IntersectionObserver(([seen]) => seen.isIntersecting && button.classList.remove("news"), { threshold: 0.5 }).observe(phone);
}

function toEnd(room) {
  room.scrollTop = room.scrollHeight;
  requestAnimationFrame(() => { room.scrollTop = room.scrollHeight; });
  for (const image of room.querySelectorAll("img")) image.addEventListener("load", () => { room.scrollTop = room.scrollHeight; }, { once: true });
}

const nameOf = (chat) => (chat.with ? chat.with.name : t("meChat"));
const countKey = (chat) => `${ui.person}:${chat.id}`;
const fromOthers = (chat) => chat.messages.filter((message) => !message.mine).length;
const unreadIn = (chat) => Math.max(0, fromOthers(chat) - (ui.seen[countKey(chat)] ?? 0));

/** A new message opens its room; one from a friend also slides in from above, as a push does. */
function notice(chats, watched) {
  const total = chats.reduce((sum, chat) => sum + chat.messages.length, 0);
  const before = watched?.person === ui.person ? watched.counts : null;
  const grown = chats.filter((chat) => before && chat.messages.length > (before[chat.id] ?? 0));
  const latest = grown.sort((a, b) => b.messages.at(-1).at - a.messages.at(-1).at)[0];
  if (latest) arrived(latest);
  const open = chats.find((one) => one.id === ui.room);
  if (open) ui.seen[countKey(open)] = fromOthers(open);
  return { person: ui.person, total, counts: Object.fromEntries(chats.map((chat) => [chat.id, chat.messages.length])) };
}

function arrived(chat) {
  const message = chat.messages.at(-1);
  if (!message.mine) banner(chat, message);
  ui.room = chat.id;
  document.getElementById("to-phone").classList.add("news");
}

function banner(chat, message) {
  const made = h("button", { class: "push", type: "button", onclick: () => show({ room: chat.id }) },
    h("img", { src: message.sender.picture, alt: "", width: 38, height: 38 }),
    h("span", {}, h("b", {}, message.sender.name), preview(message.template)));
  document.getElementById("banner").replaceChildren(made);
  setTimeout(() => made.remove(), BANNER);
}

function drawStatus({ time }) {
  return [h("span", {}, time.replace(/[^\d:]/g, "")), h("span", { class: "signal", "aria-hidden": "true" }, h("i"), h("i"), h("i"), h("b"))];
}

function listData(chats) {
  const state = world.state.kakao;
  const rows = chats.map((chat) => ({
    id: chat.id, name: nameOf(chat), picture: chat.with?.picture ?? state.account.picture, me: !chat.with,
    text: chat.messages.length ? preview(chat.messages.at(-1).template) : "", at: chat.messages.at(-1)?.at ?? 0, unread: unreadIn(chat),
  })).sort((a, b) => b.at - a.at || Number(b.me) - Number(a.me));
  const calendar = ui.tab === "calendar" ? calendarData() : null;
  return { tab: ui.tab, rows, friends: state.friends, account: state.account, calendar };
}

function drawList(data) {
  if (data.tab === "calendar") return [h("header", {}, h("h2", {}, t("talkCalendar"))), drawCalendar(data.calendar), tabs(data)];
  const chats = data.tab === "chats";
  return [
    h("header", {}, h("h2", {}, t(chats ? "chats" : "friends"))),
    h("div", { class: "rows" }, chats ? data.rows.map(chatRow) : [friendRow(data.account, true), h("h3", {}, t("friendCount", { count: data.friends.length })), data.friends.map((one) => friendRow(one, false))]),
    tabs(data),
  ];
}

function tabs(data) {
  const unread = data.rows.reduce((sum, row) => sum + row.unread, 0);
  return h("nav", { class: "tabs", "aria-label": "KakaoTalk" }, tab("friends", "person", 0), tab("chats", "bubble", unread), tab("calendar", "calendar", 0));
}

function tab(name, mark, count) {
  return h("button", { type: "button", "data-key": name, "aria-current": ui.tab === name ? "page" : null, "aria-label": t(name), onclick: () => show({ tab: name }) },
    icon(mark, 25), count ? h("span", { class: "count" }, count) : null);
}

function chatRow(row) {
  return h("button", { class: "row", type: "button", "data-key": row.id, onclick: () => show({ room: row.id }) },
    h("img", { src: row.picture, alt: "", width: 48, height: 48 }),
    h("span", { class: "what" }, h("b", {}, row.name, row.me ? h("em", {}, t("meMark")) : null), h("small", {}, row.text || t("emptyChat"))),
    h("span", { class: "when" }, row.at ? clock(new Date(row.at * 1000)) : "", row.unread ? h("span", { class: "count" }, row.unread) : null));
}

function friendRow(one, mine) {
  return h("div", { class: mine ? "row mine" : "row" }, h("img", { src: one.picture, alt: "", width: 44, height: 44 }), h("b", {}, one.name));
}

function drawHead({ name }) {
  if (!name) return null;
  return [h("button", { class: "plain", type: "button", "data-key": "back", "aria-label": t("back"), onclick: () => show({ room: null }) }, icon("back", 24)),
    h("h2", {}, name), icon("search", 19)];
}

function items(room) {
  const made = [];
  let last = null;
  for (const message of room.messages) {
    const date = day(new Date(message.at * 1000));
    if (date !== last) made.push({ key: `${room.id}:${date}`, day: date });
    last = date;
    made.push({ key: `${room.id}:${message.id}`, message, lang: ui.lang });
  }
  if (!room.messages.length) made.push({ key: `${room.id}:empty`, empty: true, me: !room.with, lang: ui.lang });
  return made;
}

function talked(item, known) {
  if (item.day) return h("div", { class: "date" }, h("span", {}, item.day));
  if (item.empty) return h("p", { class: "empty" }, t(item.me ? "emptyMe" : "emptyFriend"));
  const { message } = item;
  const at = new Date(message.at * 1000);
  const fresh = !known && now() / 1000 - message.at < FRESH;
  const time = h("time", { datetime: at.toISOString() }, clock(at));
  const body = bubble(message, world.state.kakao.app, press);
  return h("div", { class: `talked ${message.mine ? "mine" : "theirs"} ${fresh ? "fresh" : ""}`, "data-message": message.id },
    message.mine ? null : h("img", { class: "face", src: message.sender.picture, alt: "", width: 40, height: 40 }),
    h("div", {}, message.mine ? null : h("span", { class: "who" }, message.sender.name), h("div", { class: "with-time" }, body, time)));
}

async function press(address) {
  if (!address) return;
  const found = await follow(address);
  if (found) {
    tick("card");
    if (glowIn(found)) toast(t("jumped"), "good");
  }
}
