// Discord's markdown, the common kinds, as elements; text never becomes HTML.

import { h } from "../dom.js";
import { timestamp } from "../time.js";
import { t } from "../texts.js";
import { commandMention } from "./commands.js";

const INLINE = [
  [/^\\([^A-Za-z0-9\s])/, (match) => match[1]],
  [/^``([\s\S]+?)``(?!`)|^`([^`\n]+?)`(?!`)/, (match) => h("code", { class: "code" }, (match[1] ?? match[2]))],
  [/^\|\|([\s\S]+?)\|\|/, (match, names) => spoiler(inline(match[1], names))],
  [/^\*\*([\s\S]+?)\*\*(?!\*)/, (match, names) => h("strong", {}, inline(match[1], names))],
  [/^__([\s\S]+?)__(?!_)/, (match, names) => h("u", {}, inline(match[1], names))],
  [/^~~([\s\S]+?)~~/, (match, names) => h("s", {}, inline(match[1], names))],
  [/^\*(?!\s)([^*]+?)\*(?!\*)/, (match, names) => h("em", {}, inline(match[1], names))],
  [/^_(?!\s)([^_]+?)_(?![A-Za-z0-9_])/, (match, names) => h("em", {}, inline(match[1], names))],
  [/^\[([^\]\n]+)\]\(<?(https?:\/\/[^\s)>]+)>?(?:\s+"[^"]*")?\)/, (match, names) => anchor(match[2], inline(match[1], names))],
  [/^<(https?:\/\/[^\s>]+)>/, (match) => anchor(match[1], match[1])],
  [/^https?:\/\/[^\s<>]*[^\s<>.,:;"'\])!?]/, (match) => anchor(match[0], match[0])],
  [/^<@!?(\d+)>/, (match, names) => mention(`@${names.users[match[1]] ?? t("unknownUser")}`)],
  [/^<@&(\d+)>/, (match, names) => mention(`@${names.roles[match[1]] ?? t("unknownRole")}`)],
  [/^<#(\d+)>/, (match, names) => mention(`#${names.channels[match[1]] ?? t("unknownChannel")}`)],
  [/^<\/([^:>]+):(\d+)>/, (match) => commandMention(match[1], match[2])],
  [/^<a?:(\w+):\d+>/, (match) => h("span", { class: "emoji", title: `:${match[1]}:` }, `:${match[1]}:`)],
  [/^<t:(-?\d{1,13})(?::([tTdDfFR]))?>/, (match) => stamp(Number(match[1]), match[2])],
  [/^@(everyone|here)\b/, (match) => mention(match[0])],
];

/** A whole text: quotes, headings, lists and code blocks, then what stands inside a line. */
export function markdown(text, names) {
  return h("div", { class: "markdown" }, blocks(text, names));
}

function blocks(text, names) {
  const parts = [];
  let rest = text;
  while (rest) {
    const fence = rest.match(/```(?:([\w+#-]+)\n)?\n?([\s\S]+?)\n?```/);
    const before = fence ? rest.slice(0, fence.index) : rest;
    parts.push(...lines(before, names));
    if (!fence) break;
    parts.push(h("pre", { class: "block" }, h("code", {}, fence[2])));
    rest = rest.slice(fence.index + fence[0].length).replace(/^\n/, "");
  }
  return parts;
}

function lines(text, names) {
  const made = [];
  const all = text.split("\n");
  all.forEach((line, index) => {
    const whole = line.match(/^>>> /) ? [line.slice(4), ...all.splice(index + 1)].join("\n") : null;
    if (whole !== null) made.push(h("blockquote", {}, lines(whole, names)));
    else made.push(lineOf(line, names, index < all.length - 1));
  });
  return made.flat();
}

function lineOf(line, names, more) {
  const heading = line.match(/^(#{1,3}) (.+)/);
  if (heading) return h(`h${heading[1].length + 2}`, {}, inline(heading[2], names));
  if (line.startsWith("-# ")) return h("small", { class: "subtext" }, inline(line.slice(3), names));
  if (line.startsWith("> ")) return h("blockquote", {}, inline(line.slice(2), names));
  const item = line.match(/^(\s*)([-*]|\d+\.) (.+)/);
  if (item) return h("div", { class: "item", "data-mark": item[2].length > 1 ? item[2] : "•" }, inline(item[3], names));
  return [...inline(line, names), more ? h("br") : ""];
}

/** What stands inside one line. */
export function inline(text, names) {
  const made = [];
  let plain = "";
  let rest = text;
  while (rest) {
    const [match, make] = first(rest, made.length === 0 && plain === "" ? "" : lastOf(plain));
    if (match) {
      made.push(plain, make(match, names));
      plain = "";
    } else plain += rest[0];
    rest = rest.slice(match ? match[0].length : 1);
  }
  return [...made, plain].filter((one) => one !== "");
}

const lastOf = (text) => text.at(-1) ?? "";

function first(rest, before) {
  for (const [pattern, make] of INLINE) {
    const match = rest.match(pattern);
    if (match && !(rest[0] === "_" && /\w/.test(before))) return [match, make];
  }
  return [null, null];
}

/** A link that opens in a tab of its own. */
export function anchor(address, ...children) {
  return h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, children);
}

/** A moment; how long ago it was is told anew every second. */
function stamp(seconds, style) {
  const relative = style === "R";
  return h("span", { class: "stamp", "data-at": relative ? seconds : null, title: relative ? timestamp(seconds, "F") : null }, timestamp(seconds, style));
}

function mention(text) {
  return h("span", { class: "mention" }, text);
}


function spoiler(children) {
  const open = (event) => {
    event.currentTarget.classList.add("open");
    event.currentTarget.removeAttribute("aria-label");
  };
  return h("span", {
    class: "spoiler", role: "button", tabindex: "0", "aria-label": t("spoiler"), onclick: open,
    onkeydown: (event) => (event.key === "Enter" || event.key === " ") && open(event),
  }, h("span", {}, children));
}
