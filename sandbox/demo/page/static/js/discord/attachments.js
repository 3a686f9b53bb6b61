// What hangs below a message's text: pictures, files, embeds, polls, stickers, forwarded messages.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { t } from "../texts.js";
import { hex } from "./color.js";
import { anchor, inline, markdown } from "./markdown.js";

/** A picture that steps aside for its description when it cannot be loaded. */
export function picture(address, description, kind = "picture", covered = false) {
  const image = h("img", { src: address, alt: description ?? "", loading: "lazy" });
  const frame = h("span", { class: `frame ${kind} ${covered ? "covered" : ""}` }, image);
  image.addEventListener("error", () => frame.replaceChildren(h("span", { class: "broken" }, icon("file"), description || t("noPicture"))));
  if (covered) frame.addEventListener("click", () => frame.classList.remove("covered"));
  return frame;
}

/** One attached file. */
export function attachment(one) {
  if (one.content_type?.startsWith("image/")) {
    return picture(one.url, one.description ?? one.filename, "picture", one.filename.startsWith("SPOILER_"));
  }
  if (one.waveform) return voice(one);
  return h("div", { class: "file" }, icon("file", 26),
    h("div", {}, anchor(one.url, one.filename), h("small", {}, size(one.size))));
}

function size(bytes) {
  return bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
}

function voice(one) {
  const heights = [...atob(one.waveform)].map((letter) => letter.charCodeAt(0) / 255);
  const bars = heights.map((height) => {
    const bar = h("i");
    bar.style.height = `${4 + height * 20}px`;
    return bar;
  });
  const seconds = Math.round(one.duration_secs ?? 0);
  return h("div", { class: "voice", role: "img", "aria-label": t("voiceMessage") }, icon("play"), h("span", { class: "wave" }, bars),
    `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`);
}

/** One embed. */
export function embed(one, names) {
  const made = h("article", { class: "embed" },
    h("div", { class: "text" },
      one.provider ? h("small", {}, one.provider.name) : null,
      one.author ? h("div", { class: "by" }, one.author.icon_url ? h("img", { src: one.author.icon_url, alt: "" }) : null, one.author.name) : null,
      one.title ? h("div", { class: "title" }, one.url ? anchor(one.url, inline(one.title, names)) : inline(one.title, names)) : null,
      one.description ? markdown(one.description, names) : null,
      one.fields?.length ? h("div", { class: "fields" }, one.fields.map((field) => fieldOf(field, names))) : null),
    one.thumbnail ? picture(one.thumbnail.url, "", "thumbnail") : null,
    one.image ? picture(one.image.url, "", "wide") : null,
    one.footer ? h("footer", {}, one.footer.text) : null);
  if (typeof one.color === "number") made.style.borderLeftColor = hex(one.color);
  return made;
}

function fieldOf(field, names) {
  return h("div", { class: field.inline ? "field inline" : "field" },
    h("strong", {}, inline(field.name, names)), markdown(field.value, names));
}

/** A poll as it stands; the demo does not vote. */
export function poll(one) {
  const counts = Object.fromEntries((one.results?.answer_counts ?? []).map((entry) => [entry.id, entry.count]));
  return h("div", { class: "poll" },
    h("strong", {}, one.question.text),
    h("small", {}, one.allow_multiselect ? t("pollMany") : t("pollOne")),
    one.answers.map((answer) => h("div", { class: "answer" },
      h("span", {}, answer.poll_media.emoji?.name ? `${answer.poll_media.emoji.name} ` : "", answer.poll_media.text),
      h("small", {}, t("votes", { count: counts[answer.answer_id] ?? 0 })))));
}

/** A sticker, by its name: its drawing is Discord's. */
export const sticker = (one) => h("div", { class: "sticker", role: "img", "aria-label": one.name }, "🏷️", h("small", {}, one.name));

/** A message that somebody forwarded inside Discord. */
export function snapshot(one, names) {
  const inner = one.message;
  return h("div", { class: "snapshot" },
    h("small", {}, icon("forward", 14), t("forwarded")),
    inner.content ? markdown(inner.content, names) : null,
    (inner.attachments ?? []).map(attachment),
    (inner.embeds ?? []).map((each) => embed(each, names)));
}
