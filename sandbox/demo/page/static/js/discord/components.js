// Discord's message components, old rows and components v2 alike.

import { performFrom } from "../actions.js";
import { h } from "../dom.js";
import { icon } from "../icons.js";
import { guild } from "../store.js";
import { t } from "../texts.js";
import { picture } from "./attachments.js";
import { hex } from "./color.js";
import { markdown } from "./markdown.js";

const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link", 6: "premium" };
const ENTITIES = { 5: "users", 6: "roles", 7: "both", 8: "channels" };

const DRAW = {
  1: (one, context) => h("div", { class: "row" }, all(one.components, context)),
  2: button,
  3: select,
  5: select,
  6: select,
  7: select,
  8: select,
  9: section,
  10: (one, context) => markdown(one.content, context.names),
  11: (one) => picture(mediaOf(one), one.description, "thumbnail", one.spoiler),
  12: (one) => h("div", { class: "gallery" }, one.items.map((item) => picture(mediaOf(item), item.description, "tile", item.spoiler))),
  13: (one) => h("div", { class: "file" }, icon("file"), h("a", { href: one.file.url, target: "_blank", rel: "noopener" }, one.name ?? one.file.url)),
  14: (one) => h("hr", { class: `separator ${one.spacing === 2 ? "wide" : ""} ${one.divider === false ? "clear" : ""}` }),
  17: container,
};

const mediaOf = (one) => (one.media ?? one).url ?? one.media?.proxy_url;

/** Draw components in order; unknown kinds are named rather than hidden. */
export function all(components, context) {
  return (components ?? []).map((one) => DRAW[one.type]?.(one, context) ?? h("small", {}, `component ${one.type}`));
}

function section(one, context) {
  return h("div", { class: "section" },
    h("div", {}, all(one.components, context)),
    h("div", { class: "accessory" }, all([one.accessory].filter(Boolean), context)));
}

function container(one, context) {
  const made = h("div", { class: "container" }, all(one.components, context));
  if (typeof one.accent_color === "number") made.style.borderLeftColor = hex(one.accent_color);
  return made;
}

/** An emoji of a button, an option or an answer. */
export const emoji = (one) => (one?.name ? h("span", { class: "emoji" }, one.id ? `:${one.name}:` : one.name) : null);

function button(one, context) {
  const inside = [emoji(one.emoji), one.label ? h("span", {}, one.label) : null];
  const props = { class: `button ${STYLES[one.style] ?? "secondary"}`, "data-key": `${context.message.id}:${one.custom_id ?? one.url}` };
  if (one.url && !one.disabled) {
    return h("a", { ...props, href: one.url, target: "_blank", rel: "noopener" }, inside, icon("out", 15));
  }
  const press = (event) => performFrom(event.currentTarget, "press", { message: context.message.id, custom_id: one.custom_id });
  return h("button", { ...props, type: "button", disabled: one.disabled, onclick: press }, inside);
}

/** What one may choose from in a select of any kind, with what is chosen already. */
export function optionsOf(one, names) {
  if (one.type === 3) return one.options ?? [];
  const chosen = new Set((one.default_values ?? []).map((value) => value.id));
  const make = (entries, mark) => entries.map(([value, entry]) => ({ value, label: `${mark}${entry}`, default: chosen.has(value) }));
  const kind = ENTITIES[one.type];
  return [
    ...(kind === "users" || kind === "both" ? make(Object.entries(names.users), "") : []),
    ...(kind === "roles" || kind === "both" ? make(Object.entries(names.roles), "@") : []),
    ...(kind === "channels" ? make(channelsFor(one, names, chosen), "#") : []),
  ];
}

/** The channels this person sees, of the kinds that are asked for; a chosen one stays in any case. */
function channelsFor({ channel_types: kinds }, names, chosen) {
  const seen = (guild()?.channels ?? []).filter((one) => !kinds?.length || kinds.includes(one.type));
  const listed = new Set(seen.map((one) => one.id));
  const hidden = [...chosen].filter((id) => !listed.has(id)).map((id) => [id, names.channels[id] ?? t("unknownChannel")]);
  return [...seen.map((one) => [one.id, one.name]), ...hidden];
}

function select(one, context) {
  const options = optionsOf(one, context.names);
  const most = Math.min(one.max_values ?? 1, options.length || 1);
  const label = one.placeholder ?? t("choose");
  const chosen = options.filter((option) => option.default).map((option) => option.label);
  const list = h("div", { class: "options", hidden: true });
  const head = h("button", {
    class: "head", type: "button", disabled: one.disabled, "aria-haspopup": "listbox", "aria-expanded": "false",
    "data-key": `${context.message.id}:${one.custom_id}`,
  }, h("span", { class: chosen.length ? "" : "dim" }, chosen.join(", ") || label), icon("down", 16));
  const root = h("div", { class: "select", "data-custom-id": one.custom_id }, head, list);
  const send = async (values) => {
    fold(head, list, false);
    await performFrom(root, "choose", { message: context.message.id, custom_id: one.custom_id, values });
  };
  fill(list, { options, label, most, least: one.min_values ?? 1 }, send);
  head.addEventListener("click", () => fold(head, list, list.hidden));
  root.addEventListener("keydown", (event) => keys(event, head, list));
  root.addEventListener("focusout", (event) => {
    if (!root.contains(event.relatedTarget)) fold(head, list, false);
  });
  return root;
}

function fold(head, list, open) {
  list.hidden = !open;
  head.setAttribute("aria-expanded", String(open));
  if (!open) return;
  list.classList.toggle("up", head.getBoundingClientRect().bottom > window.innerHeight - 320);
  (list.querySelector("[aria-selected=true]") ?? list.querySelector("[role=option]"))?.focus();
}

function keys(event, head, list) {
  if (list.hidden) return;
  const items = [...list.querySelectorAll("[role=option], .apply")];
  const at = items.indexOf(document.activeElement);
  if (event.key === "ArrowDown") items[(at + 1) % items.length].focus();
  else if (event.key === "ArrowUp") items[(at - 1 + items.length) % items.length].focus();
  else if (event.key === "Escape") {
    fold(head, list, false);
    head.focus();
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

function fill(list, { options, label, most, least }, send) {
  const choices = h("div", { role: "listbox", "aria-label": label, "aria-multiselectable": most > 1 ? "true" : "false" });
  const picked = new Set(options.filter((option) => option.default).map((option) => option.value));
  const apply = h("button", { class: "apply button primary", type: "button", onclick: () => send([...picked]) }, t("apply"));
  const toggle = (value, item) => {
    if (most <= 1) return send(picked.has(value) && least === 0 ? [] : [value]);
    if (picked.has(value)) picked.delete(value);
    else if (picked.size < most) picked.add(value);
    item.setAttribute("aria-selected", String(picked.has(value)));
    apply.disabled = picked.size < least;
    return undefined;
  };
  for (const option of options) choices.append(optionItem(option, picked.has(option.value), toggle));
  list.append(choices);
  if (most > 1) list.append(apply);
}

function optionItem(option, selected, toggle) {
  const item = h("button", { class: "option", type: "button", role: "option", "aria-selected": String(selected) },
    emoji(option.emoji),
    h("span", {}, option.label, option.description ? h("small", {}, option.description) : null),
    h("span", { class: "tick" }, icon("check", 16)));
  item.addEventListener("click", () => toggle(option.value, item));
  return item;
}
