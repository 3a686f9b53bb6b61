// A modal that the bot opened: text inputs, labels with inputs or selects, plain text.

import { perform } from "../actions.js";
import { h } from "../dom.js";
import { t } from "../texts.js";
import { guild, world } from "../store.js";
import { emoji, optionsOf } from "./components.js";
import { markdown } from "./markdown.js";

const TEXT_INPUT = 4;
const LABEL = 18;
const TEXT = 10;
const NO_NAMES = { users: {}, roles: {}, channels: {} };
const named = (list) => Object.fromEntries((list ?? []).map((one) => [one.id, one.name]));
const namesHere = () => ({ users: named(guild()?.members), roles: named(guild()?.roles), channels: named(guild()?.channels) });

/** Show the modal; `submit` gets what was filled in. */
export function openModal(modal) {
  const dialog = document.getElementById("modal");
  const failure = h("p", { class: "failure", role: "alert" });
  const form = h("form", { method: "dialog" },
    h("header", {}, world.state.discord.bot ? h("img", { src: world.state.discord.bot.avatar, alt: "", width: 24, height: 24 }) : null, h("h2", {}, modal.title)),
    h("div", { class: "fields" }, fields(modal.components)),
    failure,
    h("footer", {},
      h("button", { class: "button plain", type: "button", onclick: () => dialog.close() }, t("cancel")),
      h("button", { class: "button primary", type: "submit" }, t("submit"))));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(dialog, form, modal, failure);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  dialog.setAttribute("aria-label", modal.title);
  dialog.replaceChildren(form);
  dialog.showModal();
  form.querySelector("input, textarea, select")?.focus();
}

async function send(dialog, form, modal, failure) {
  const button = form.querySelector("[type=submit]");
  button.classList.add("busy");
  const reply = await perform("submit", { modal: modal.id, values: valuesOf(form) });
  button.classList.remove("busy");
  if (reply && !reply.modal) dialog.close();
  else if (!reply) failure.textContent = t("modalFailed");
}

function valuesOf(form) {
  const values = {};
  for (const field of form.querySelectorAll("[name]")) {
    const chosen = field.tagName === "SELECT" && [...field.selectedOptions].map((one) => one.value).filter(Boolean);
    values[field.name] = chosen || field.value;
  }
  return values;
}

function fields(components) {
  return (components ?? []).map((one) => {
    if (one.type === LABEL) return labelled(one.label, one.description, one.component);
    if (one.type === TEXT) return markdown(one.content, NO_NAMES);
    return (one.components ?? []).map((inner) => labelled(inner.label ?? "", null, inner));
  });
}

function labelled(label, description, component) {
  const mark = component.required === false ? null : h("span", { class: "needed", "aria-hidden": "true" }, " *");
  return h("label", {}, h("span", { class: "label" }, label, mark), description ? h("small", {}, description) : null, input(component));
}

function input(one) {
  const needed = one.required !== false;
  if (one.type !== TEXT_INPUT) return selection(one, needed);
  const props = {
    name: one.custom_id, required: needed, placeholder: one.placeholder, maxlength: one.max_length,
    minlength: one.min_length, value: one.value ?? "", autocomplete: "off",
  };
  return one.style === 2 ? h("textarea", { ...props, rows: 5 }) : h("input", { ...props, type: "text" });
}

function selection(one, needed) {
  const made = h("select", { name: one.custom_id, required: needed, multiple: (one.max_values ?? 1) > 1 });
  const options = optionsOf(one, namesHere());
  // Nothing is chosen before somebody does it, unless the bot said so.
  if (!made.multiple && !options.some((option) => option.default)) made.append(h("option", { value: "" }, one.placeholder ?? "…"));
  for (const option of options) {
    made.append(h("option", { value: option.value, selected: option.default }, emoji(option.emoji)?.textContent ?? "", option.label));
  }
  return made;
}
