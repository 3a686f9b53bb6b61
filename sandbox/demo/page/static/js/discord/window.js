// The frame of the Discord window: servers, channels, the person, the open channel's head.

import { follow } from "../actions.js";
import { h, region, roving } from "../dom.js";
import { icon } from "../icons.js";
import { channel, guild, me, show, ui, world } from "../store.js";
import { t } from "../texts.js";
import { mountComposer } from "./composer.js";
import { mountMessages } from "./messages.js";
import { openModal } from "./modal.js";
import { timestamp } from "../time.js";
import { glowIn } from "./places.js";

const TEXT = 0;
const VOICE = 2;
const CATEGORY = 4;
const ANNOUNCEMENT = 5;
const THREADS = [10, 11, 12];
const STAGE = 13;
const FORUM = 15;
const CLOSED = [VOICE, CATEGORY, STAGE, FORUM];
const MARKS = { [VOICE]: "voice", [STAGE]: "voice", [ANNOUNCEMENT]: "horn", [FORUM]: "bubble" };
const MESSAGE = /^https:\/\/discord\.com\/channels\/(\d+|@me)\/(\d+)\/(\d+)$/;
const seen = {};

/** Draw the whole window; gives the function that draws it again. */
export function mountDiscord() {
  const at = (id) => document.getElementById(id);
  const rail = region(at("rail"), drawRail);
  const place = region(at("place"), drawPlace);
  const channels = region(at("channels"), drawChannels);
  const self = region(at("self"), drawSelf);
  const topic = region(at("topic"), drawTopic);
  const messages = mountMessages(at("messages"));
  document.addEventListener("modal", (event) => openModal(event.detail));
  const composer = mountComposer(at("composer"));
  at("discord").addEventListener("click", stayHere);
  roving(at("rail"), ".server");
  roving(at("channels"), ".channel:not(:disabled)");
  setInterval(() => at("messages").querySelectorAll("[data-at]").forEach((one) => { one.textContent = timestamp(Number(one.dataset.at), "R"); }), 1000);
  return () => {
    settle();
    const here = channel();
    at("rail").setAttribute("aria-label", t("servers"));
    at("channels").setAttribute("aria-label", t("channels"));
    rail({ guilds: world.state.discord.guilds.map(({ id, name, icon: mark }) => ({ id, name, mark })), open: ui.guild, unread: unreadOfDms(), lang: ui.lang });
    place({ name: guild()?.name ?? t("directMessages") });
    channels({ ...listOf(), open: ui.channel, lang: ui.lang });
    self({ ...me(), lang: ui.lang });
    topic({ name: here?.name, type: here?.type, topic: here?.topic, bot: world.state.bot, lang: ui.lang });
    messages();
    composer();
  };
}

/** Links to messages lead to them here, as Discord's own app does; all others open in a tab. */
async function stayHere(event) {
  const address = event.target.closest("a[href]")?.href ?? "";
  const [, place, room, message] = address.match(MESSAGE) ?? [];
  const jump = address.startsWith(`${world.state.bot.url}/m/`);
  if (!message && !jump) return;
  event.preventDefault();
  const found = message ? { guild: place, channel: room, message } : await follow(address);
  if (found) glowIn(found);
}

/** Make sure that what is open exists for this person. */
function settle() {
  const { guilds, dms, messages } = world.state.discord;
  if (ui.guild === undefined || (ui.guild && !guild())) ui.guild = guilds[0]?.id ?? null;
  if (!channel()) ui.channel = firstChannel(guild(), dms)?.id ?? null;
  if (ui.channel) seen[`${ui.person}:${ui.channel}`] = (messages[ui.channel] ?? []).at(-1)?.id;
}

/** The text channel a server opens with: one where this person can write. */
function firstChannel(place, dms) {
  if (!place) return dms[0] ?? null;
  const texts = place.channels.filter((one) => [TEXT, ANNOUNCEMENT].includes(one.type));
  return texts.find((one) => one.can_send && !one.hidden) ?? texts[0] ?? null;
}

const isUnread = (id) => {
  const last = (world.state.discord.messages[id] ?? []).at(-1)?.id;
  return Boolean(last) && seen[`${ui.person}:${id}`] !== last;
};

const unreadOfDms = () => world.state.discord.dms.filter((one) => isUnread(one.id)).length;

function drawRail({ guilds, open, unread }) {
  const home = h("button", {
    class: `server home ${open === null ? "open" : ""}`, type: "button", "data-key": "home", title: t("directMessages"),
    "aria-label": t("directMessages"), "aria-current": open === null ? "page" : null, tabindex: open === null ? "0" : "-1", onclick: () => show({ guild: null, channel: world.state.discord.dms[0]?.id ?? null }),
  }, icon("home", 24), unread ? h("span", { class: "count" }, unread) : null);
  return [home, h("hr"), guilds.map((one) => h("button", {
    class: `server ${one.id === open ? "open" : ""}`, type: "button", "data-key": one.id, title: one.name, "aria-label": one.name,
    "aria-current": one.id === open ? "page" : null, tabindex: one.id === open ? "0" : "-1", onclick: () => show({ guild: one.id, channel: null }),
  }, one.mark ? h("img", { src: one.mark, alt: "" }) : h("span", {}, one.name.slice(0, 2))))];
}

const drawPlace = ({ name }) => h("h2", {}, name);

function listOf() {
  const here = guild();
  if (!here) {
    return { channels: world.state.discord.dms.map((one) => ({ ...one, unread: isUnread(one.id) })) };
  }
  return { channels: here.channels.map((one) => ({ id: one.id, name: one.name, type: one.type, hidden: one.hidden, voices: one.voices, unread: !CLOSED.includes(one.type) && isUnread(one.id) })), events: here.events };
}

function drawChannels({ channels, events = [], open }) {
  if (!channels.length) return h("p", { class: "none" }, t("noDms"));
  return [...events.map(eventItem), ...channels.flatMap((one) => [channelItem(one, open), ...(one.voices ?? []).map(voiceItem)])];
}

function eventItem({ id, name, at }) {
  return h("p", { class: "planned", "data-key": `event-${id}`, title: name }, icon("calendar", 17), h("span", {}, h("b", {}, name), h("small", {}, timestamp(at / 1000, "f"))));
}

const voiceItem = (name) => h("p", { class: "present" }, icon("voice", 13), name);

function channelItem(one, open) {
  if (one.type === CATEGORY) return h("p", { class: "category", "data-key": one.id }, one.name);
  const isThread = THREADS.includes(one.type);
  const mark = one.avatar ? h("img", { class: "avatar", src: one.avatar, alt: "", width: 28, height: 28 }) : icon(isThread ? "thread" : MARKS[one.type] ?? "hash", isThread ? 15 : 19);
  return h("button", {
    class: `channel ${isThread ? "thread" : ""} ${one.id === open ? "open" : ""} ${one.unread ? "unread" : ""}`, type: "button", "data-key": one.id,
    "aria-current": one.id === open ? "page" : null, tabindex: one.id === open ? "0" : "-1", disabled: CLOSED.includes(one.type), onclick: () => show({ channel: one.id, replyTo: null }),
  }, mark, h("span", {}, one.name), one.hidden ? icon("lock", 13) : null);
}

function drawSelf({ name, avatar, handle }) {
  return [h("img", { class: "avatar", src: avatar, alt: "", width: 34, height: 34 }), h("div", {}, h("b", {}, name), h("small", {}, handle ?? t("online")))];
}

function drawTopic({ name, type, topic, bot }) {
  if (!name) return null;
  return [
    icon(type === 1 ? "bubble" : "hash", 22), h("h2", {}, name), topic ? h("p", {}, topic) : h("p"),
    bot.state === "none" ? null : h("span", { class: `bot ${bot.state}`, title: t(`bot-${bot.state}`) }, h("i"), t(`bot-${bot.state}`)),
  ];
}
