// Times as Discord and KakaoTalk write them, in the language of the page.

import { ui } from "./store.js";

const locale = () => (ui.lang === "en" ? "en-US" : "ko-KR");
const format = (date, options) => new Intl.DateTimeFormat(locale(), options).format(date);
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

/** Discord's head of a message: the clock today, otherwise the day as well. */
export function head(date) {
  const today = new Date().toDateString() === date.toDateString();
  return today ? clock(date) : format(date, { ...STYLES.d, ...CLOCK });
}

/** Discord's <t:…:style>. */
export function timestamp(seconds, style = "f") {
  const date = new Date(seconds * 1000);
  return style === "R" ? relative(date) : format(date, STYLES[style] ?? STYLES.f);
}

function relative(date) {
  const distance = (date - Date.now()) / 1000;
  const [unit, size] = STEPS.find(([, size]) => Math.abs(distance) >= size) ?? STEPS.at(-1);
  return new Intl.RelativeTimeFormat(locale(), { numeric: "auto" }).format(Math.round(distance / size), unit);
}
