// Talk Calendar on the phone: a month, the events of a day, and reminders that slide in.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { show, ui, world } from "../store.js";
import { t } from "../texts.js";
import { clock, dateOf, day, monthOf, now, weekdays } from "../time.js";

const DAY = 86400000;
const ROWS = 6;
const BANNER = 8000;

/** What the calendar is drawn of; nothing of it changes while nobody looks. */
export function calendarData() {
  const { events } = world.state.kakao.calendar;
  const month = ui.month ?? dateOf(now()).slice(0, 7);
  return { month, chosen: ui.day ?? dateOf(now()), today: dateOf(now()), events };
}

/** The month, and below it the day that is chosen. */
export function drawCalendar({ month, chosen, today, events }) {
  const byDay = grouped(events);
  return h("div", { class: "rows month" },
    h("div", { class: "turn" },
      h("button", { type: "button", "data-key": "before", "aria-label": t("monthBefore"), onclick: () => turn(month, -1) }, icon("back", 18)),
      h("h3", {}, monthOf(month)),
      h("button", { type: "button", "data-key": "after", "aria-label": t("monthAfter"), onclick: () => turn(month, 1) }, icon("next", 18))),
    h("div", { class: "days" }, weekdays().map((name) => h("i", {}, name)), days(month).map((date) => cell(date, { month, chosen, today }, byDay.get(date) ?? []))),
    h("section", { class: "of-day" }, h("h4", {}, day(new Date(`${chosen}T12:00:00+09:00`))), agenda(byDay.get(chosen) ?? [])));
}

const startOf = (event) => dateOf(event.start_at * 1000);

function grouped(events) {
  const found = new Map();
  for (const event of events) found.set(startOf(event), [...(found.get(startOf(event)) ?? []), event]);
  return found;
}

function turn(month, by) {
  const [year, number] = month.split("-").map(Number);
  const turned = new Date(Date.UTC(year, number - 1 + by, 1)).toISOString().slice(0, 7);
  show({ month: turned });
}

/** Six weeks from the Sunday on or before the first. */
function days(month) {
  const first = Date.parse(`${month}-01T00:00:00Z`);
  const sunday = first - new Date(first).getUTCDay() * DAY;
  return Array.from({ length: ROWS * 7 }, (_, index) => new Date(sunday + index * DAY).toISOString().slice(0, 10));
}

function cell(date, { month, chosen, today }, events) {
  const classes = [date.startsWith(month) ? "" : "other", date === today ? "today" : ""].join(" ");
  const label = [day(new Date(`${date}T12:00:00+09:00`)), t("eventCount", { count: events.length })].join(", ");
  return h("button", { type: "button", class: classes, "data-key": date, "aria-label": label, "aria-pressed": String(date === chosen), onclick: () => show({ day: date }) },
    h("b", {}, Number(date.slice(8))), h("span", {}, events.slice(0, 3).map((event) => h("em", { class: event.by_app ? "ours" : "" }))));
}

function agenda(events) {
  if (!events.length) return h("p", {}, t("noEvents"));
  return events.map((event) => h("article", { class: event.by_app ? "event ours" : "event", "data-event": event.id },
    h("b", {}, event.title),
    h("time", {}, `${clock(new Date(event.start_at * 1000))} – ${clock(new Date(event.end_at * 1000))}`),
    event.place ? h("span", {}, "📍 ", event.place) : null,
    event.reminders.length ? h("span", {}, "🔔 ", event.reminders.map(before).join(", ")) : null,
    event.calendar ? h("span", {}, "🗂 ", event.calendar) : null,
    event.description ? h("p", {}, event.description) : null));
}

const before = (minutes) => span(minutes, "Before");

function span(minutes, way) {
  const [unit, length] = [["days", 1440], ["hours", 60], ["minutes", 1]].find(([, one]) => minutes % one === 0);
  return t(unit + way, { count: minutes / length });
}

/** Let a reminder that has come since slide in; gives what is known now. */
export function noticeRings(known) {
  const { rings } = world.state.kakao.calendar;
  const last = known?.person === ui.person ? known.at : null;
  const fresh = last === null ? [] : rings.filter((ring) => ring.at > last);
  if (fresh.length) slideIn(fresh.at(-1));
  return { person: ui.person, at: Math.max(last ?? 0, ...rings.map((ring) => ring.at)) };
}

function slideIn(ring) {
  const made = h("button", { class: "push ring", type: "button", onclick: () => show({ room: null, tab: "calendar", day: dateOf(ring.start_at * 1000), month: dateOf(ring.start_at * 1000).slice(0, 7) }) },
    h("i", {}, icon("calendar", 22)),
    h("span", {}, h("b", {}, t("talkCalendar")), t("ringsIn", { when: span(ring.minutes, "Ahead"), title: ring.title })));
  document.getElementById("banner").replaceChildren(made);
  document.getElementById("to-phone").classList.add("news");
  setTimeout(() => made.remove(), BANNER);
}
