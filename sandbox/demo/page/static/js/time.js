// Times as Discord and KakaoTalk write them, in the language of the page.

import { ui } from "./store.js";

// Kkachi writes times as they are in Korea, and the village lives there.
const timeZone = "Asia/Seoul";
let ahead = 0;

/** Go by the server's clock, which can be moved; seconds since 1970. */
export function setClock(seconds) {
  ahead = seconds * 1000 - Date.now();
}

/** The moment that it is on both sides, in milliseconds. */
export const now = () => Date.now() + ahead;

const locale = () => (ui.lang === "en" ? "en-US" : "ko-KR");
const format = (date, options) => new Intl.DateTimeFormat(locale(), { ...options, timeZone }).format(date);
const CLOCK = { hour: "numeric", minute: "2-digit" };
const STYLES = {
  t: CLOCK,
  T: { ...CLOCK, second: "2-digit" },
  d: { year: "numeric", month: "2-digit", day: "2-digit" },
  D: { year: "numeric", month: "long", day: "numeric" },
  f: { year: "numeric", month: "long", day: "numeric", ...CLOCK },
  F: { weekday: "long", year: "numeric", month: "long", day: "numeric", ...CLOCK },
};
const STEPS = [["year", 31536000], ["month", 2592000], ["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

/** "오후 3:05" or "3:05 PM". */
export const clock = (date) => format(date, CLOCK);

/** The long form for a tooltip or a day's separator. */
export const day = (date) => format(date, { year: "numeric", month: "long", day: "numeric", weekday: "long" });

/** A moment's day in Korea, as 2026-12-24. */
export const dateOf = (moment) => new Date(moment + 9 * 3600000).toISOString().slice(0, 10);

/** "2026년 12월" or "December 2026". */
export const monthOf = (month) => format(new Date(`${month}-15T00:00:00Z`), { year: "numeric", month: "long" });

/** The days of the week from Sunday, as short as can be. */
export const weekdays = () => Array.from({ length: 7 }, (_, index) => format(new Date(Date.UTC(2026, 10, 1 + index)), { weekday: "narrow" }));

/** The month of a date in short, and its day. */
export const sheet = (date) => ({ month: format(date, { month: "short" }), date: format(date, { day: "numeric" }).replace(/\D/g, "") });

/** Whether two moments are on one day. */
export const sameDay = (one, other) => format(one, STYLES.d) === format(other, STYLES.d);

/** Discord's head of a message: the clock today, otherwise the day as well. */
export function head(date) {
  return sameDay(now(), date) ? clock(date) : format(date, { ...STYLES.d, ...CLOCK });
}

/** Discord's <t:…:style>. */
export function timestamp(seconds, style = "f") {
  const date = new Date(seconds * 1000);
  return style === "R" ? relative(date) : format(date, STYLES[style] ?? STYLES.f);
}

function relative(date) {
  const distance = (date - now()) / 1000;
  const [unit, size] = STEPS.find(([, size]) => Math.abs(distance) >= size) ?? STEPS.at(-1);
  return new Intl.RelativeTimeFormat(locale(), { numeric: "auto" }).format(Math.round(distance / size), unit);
}
