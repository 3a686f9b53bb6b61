// Where one writes: plain messages, the slash command picker, the fields of a command.

import { perform } from "../actions.js";
import { act } from "../api.js";
import { h, region } from "../dom.js";
import { icon } from "../icons.js";
import { channel, guild, show, ui, world } from "../store.js";
import { t } from "../texts.js";
import { matching } from "./commands.js";

const MOST = 8 * 1024 * 1024;
const STRING = 3;
const BOOLEAN = 5;
const FILE = 11;
const PICKED = { 6: "users", 7: "channels", 8: "roles" };

/** The composer of the open channel. */
export function mountComposer(root) {
  const desk = { root, list: [], at: 0, files: [] };
  const draw = region(root, () => plain(desk));
  document.addEventListener("command-chosen", ({ detail }) => { if (desk.box?.isConnected) begin(desk, detail); });
  return () => {
    const here = channel();
    draw({ id: here?.id, name: here?.name, lang: ui.lang, person: ui.person, reply: ui.replyTo?.id, open: here?.can_send !== false });
  };
}

function plain(desk) {
  const here = channel();
  if (!here) return null;
  if (here.can_send === false) return h("p", { class: "closed" }, icon("lock", 16), t("readOnly"));
  desk.list = [];
  desk.files = [];
  desk.picker = h("div", { class: "picker", id: "picker", role: "listbox", "aria-label": t("commands"), hidden: true });
  desk.input = h("textarea", {
    rows: 1, "data-key": "composer", "aria-label": t("messageTo", { name: here.name }), placeholder: t("messageTo", { name: (here.type === 1 ? "@" : "#") + here.name }),
    role: "combobox", "aria-expanded": "false", "aria-controls": "picker", "aria-autocomplete": "list", autocomplete: "off", maxlength: 2000,
    oninput: () => typed(desk), onkeydown: (event) => keys(event, desk),
  });
  desk.chips = h("div", { class: "chips" });
  desk.box = h("div", { class: "box" }, desk.chips, h("div", { class: "line" }, fileButton(desk), desk.input));
  return [desk.picker, replyBar(), desk.box];
}

function replyBar() {
  if (!ui.replyTo) return null;
  const name = world.state.discord.users[ui.replyTo.author.id]?.name ?? ui.replyTo.author.username;
  return h("div", { class: "replying" }, t("replyingTo", { name }),
    h("button", { class: "plain", type: "button", "aria-label": t("cancel"), onclick: () => show({ replyTo: null }) }, icon("close", 16)));
}

function fileButton(desk) {
  const chooser = h("input", { type: "file", multiple: true, hidden: true, tabindex: "-1" });
  chooser.addEventListener("change", async () => {
    for (const file of chooser.files) if (file.size <= MOST) desk.files.push(await packed(file));
    chooser.value = "";
    drawChips(desk);
    desk.input.focus();
  });
  return [chooser, h("button", { class: "add", type: "button", "aria-label": t("addFile"), title: t("addFile"), onclick: () => chooser.click() }, icon("plus"))];
}

async function packed(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return { name: file.name, type: file.type || "application/octet-stream", data: btoa(text) };
}

function drawChips(desk) {
  desk.chips.replaceChildren(...desk.files.map((file) => h("span", { class: "chip" }, icon("file", 15), file.name,
    h("button", { class: "plain", type: "button", "aria-label": t("remove", { name: file.name }), onclick: () => {
      desk.files = desk.files.filter((one) => one !== file);
      drawChips(desk);
    } }, icon("close", 13)))));
}

function typed(desk) {
  desk.input.style.height = "auto";
  desk.input.style.height = `${Math.min(desk.input.scrollHeight, 180)}px`;
  const text = desk.input.value;
  desk.list = text.startsWith("/") && !text.includes("\n") ? matching(text.slice(1)) : [];
  desk.at = 0;
  drawPicker(desk);
}

function drawPicker(desk) {
  const open = desk.input.value.startsWith("/") && !desk.input.value.includes("\n");
  desk.picker.hidden = !open;
  desk.input.setAttribute("aria-expanded", String(open));
  if (!open) return;
  const bot = world.state.discord.bot;
  desk.picker.replaceChildren(
    h("div", { class: "group" }, bot ? h("img", { src: bot.avatar, alt: "", width: 18, height: 18 }) : null, bot?.name ?? t("commands")),
    ...(desk.list.length ? desk.list.map((one, index) => pickerItem(desk, one, index)) : [h("p", { class: "none" }, t("noCommands"))]));
  mark(desk);
}

function pickerItem(desk, one, index) {
  return h("div", {
    class: "command", role: "option", id: `command-${index}`, "data-path": one.name,
    onpointermove: () => { if (desk.at !== index) { desk.at = index; mark(desk); } },
    onpointerdown: (event) => { event.preventDefault(); begin(desk, one); },
  },
  h("div", {}, h("b", {}, `/${one.display}`), one.display === one.name ? null : h("em", {}, `/${one.name}`), one.options.map((option) => h("i", { class: option.required ? "needed" : "" }, option.display))),
  h("small", {}, one.description));
}

function mark(desk) {
  [...desk.picker.querySelectorAll("[role=option]")].forEach((item, index) => {
    item.setAttribute("aria-selected", String(index === desk.at));
    if (index === desk.at) item.scrollIntoView({ block: "nearest" });
  });
  desk.input.setAttribute("aria-activedescendant", desk.list.length ? `command-${desk.at}` : "");
}

function keys(event, desk) {
  if (event.isComposing) return;
  const open = !desk.picker.hidden && desk.list.length > 0;
  if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    desk.at = (desk.at + (event.key === "ArrowDown" ? 1 : desk.list.length - 1)) % desk.list.length;
    mark(desk);
  } else if (open && (event.key === "Enter" || event.key === "Tab")) begin(desk, desk.list[desk.at]);
  else if (event.key === "Escape") escape(desk);
  else if (event.key === "Enter" && !event.shiftKey) send(desk);
  else return;
  event.preventDefault();
}

function escape(desk) {
  if (!desk.picker.hidden) {
    desk.picker.hidden = true;
    desk.input.setAttribute("aria-expanded", "false");
  } else if (ui.replyTo) show({ replyTo: null });
}

async function send(desk) {
  const text = desk.input.value.trim();
  const files = desk.files;
  if (!text && !files.length) return;
  desk.input.value = "";
  desk.files = [];
  drawChips(desk);
  typed(desk);
  const reply = await perform("say", { channel: ui.channel, text, files, reply_to: ui.replyTo?.id ?? null });
  if (!reply) desk.input.value = text;
  else if (ui.replyTo) show({ replyTo: null });
}

function begin(desk, command) {
  desk.command = command;
  desk.picker.hidden = true;
  const fields = command.options.filter((one) => one.required).map((one) => field(desk, one));
  const rest = command.options.filter((one) => !one.required);
  const form = h("form", { class: "call", "aria-label": `/${command.display}`, onkeydown: (event) => callKeys(event, desk) },
    h("b", {}, `/${command.display}`), fields, rest.map((one) => optional(desk, one)),
    h("button", { class: "plain go", type: "submit", "aria-label": t("runCommand"), "data-key": "run" }, icon("send")));
  form.noValidate = true;
  form.addEventListener("submit", (event) => { event.preventDefault(); call(desk, form); });
  desk.form = form;
  desk.hint = h("p", { class: "hint" }, command.description);
  desk.box.replaceChildren(desk.hint, form);
  (form.querySelector("input, select") ?? form.querySelector("[type=submit]")).focus();
}

function optional(desk, option) {
  const chip = h("button", { class: "optional", type: "button", title: option.description }, `+ ${option.display}`);
  chip.addEventListener("click", () => {
    const made = field(desk, option);
    chip.replaceWith(made);
    made.querySelector("input, select").focus();
  });
  return chip;
}

function field(desk, option) {
  const props = { name: option.name, required: option.required, autocomplete: "off", "data-type": option.type, onfocus: () => { desk.hint.textContent = option.description; } };
  const control = controlOf(option, props);
  const list = h("div", { class: "suggestions", role: "listbox", hidden: true });
  if (option.autocomplete) suggest(desk, control, list, option);
  return h("label", { class: "field" }, h("span", {}, option.display), control, list);
}

function controlOf(option, props) {
  if (option.type === FILE) return fileOf(props);
  if (choicesOf(option)) return choice(choicesOf(option), props);
  return h("input", { ...props, type: "text", inputmode: option.type === STRING ? "text" : "decimal", maxlength: option.max_length });
}

/** A file is read when it is chosen; one that is too large is as good as none. */
function fileOf(props) {
  const control = h("input", { ...props, type: "file" });
  control.addEventListener("change", () => {
    const [file] = control.files;
    if (file?.size > MOST) control.value = "";
    control.packed = control.value ? packed(file) : null;
  });
  return control;
}

function choicesOf(option) {
  if (option.choices?.length) return option.choices.map((one) => [one.value, one.name]);
  if (option.type === BOOLEAN) return [["true", t("yes")], ["false", t("no")]];
  const here = guild();
  const kind = PICKED[option.type];
  if (!kind || !here) return null;
  if (kind === "users") return here.members.map((one) => [one.id, one.name]);
  return here[kind].map((one) => [one.id, one.name]);
}

function choice(entries, props) {
  return h("select", props, h("option", { value: "" }, "…"), entries.map(([value, label]) => h("option", { value: String(value) }, label)));
}

function suggest(desk, control, list, option) {
  let turn = 0;
  control.addEventListener("input", async () => {
    const now = ++turn;
    delete control.dataset.value;
    const details = { channel: ui.channel, command: desk.command.name, option: option.name, text: control.value, options: await valuesOf(desk.form) };
    const { choices } = await act("autocomplete", details).catch(() => ({ choices: [] }));
    if (now === turn) offer(control, list, choices);
  });
  control.addEventListener("blur", () => { list.hidden = true; });
  control.addEventListener("focus", () => control.dispatchEvent(new Event("input")));
  control.addEventListener("keydown", (event) => suggestionKeys(event, list));
}

function offer(control, list, choices) {
  list.hidden = choices.length === 0;
  list.replaceChildren(...choices.map((one, index) => h("div", {
    role: "option", "aria-selected": String(index === 0),
    onpointerdown: (event) => { event.preventDefault(); accept(control, list, one); },
  }, one.name)));
  [...list.children].forEach((item, index) => item.addEventListener("accept", () => accept(control, list, choices[index])));
}

function accept(control, list, one) {
  control.value = one.name;
  control.dataset.value = String(one.value);
  list.hidden = true;
}

function suggestionKeys(event, list) {
  if (list.hidden) return;
  const items = [...list.children];
  const at = items.findIndex((one) => one.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const next = (at + (event.key === "ArrowDown" ? 1 : items.length - 1)) % items.length;
    items.forEach((one, index) => one.setAttribute("aria-selected", String(index === next)));
    items[next].scrollIntoView({ block: "nearest" });
  } else if (event.key === "Enter" || event.key === "Tab") items[at]?.dispatchEvent(new Event("accept"));
  else if (event.key === "Escape") list.hidden = true;
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function callKeys(event, desk) {
  if (event.key === "Escape") {
    leave(desk);
    event.preventDefault();
  } else if (event.key === "Backspace" && event.target.tagName === "INPUT" && event.target.value === "" && event.target === desk.form.querySelector("input")) {
    leave(desk);
    event.preventDefault();
  }
}

function leave(desk) {
  desk.root.replaceChildren(...plain(desk).filter(Boolean));
  desk.input.focus();
}

async function valuesOf(form) {
  const values = {};
  for (const control of form?.querySelectorAll("[name]") ?? []) {
    const value = control.dataset.value ?? control.value;
    if (value !== "") values[control.name] = control.packed ? await control.packed : typedValue(value, Number(control.dataset.type));
  }
  return values;
}

function typedValue(value, type) {
  if (type === 4) return Number.parseInt(value, 10);
  if (type === 10) return Number.parseFloat(value);
  return type === BOOLEAN ? value === "true" : value;
}

async function call(desk, form) {
  const missing = [...form.querySelectorAll("[required]")].find((one) => !one.value);
  form.querySelectorAll(".wrong").forEach((one) => one.classList.remove("wrong"));
  if (missing) {
    missing.closest(".field").classList.add("wrong");
    missing.focus();
    return;
  }
  const path = desk.command.name;
  const options = await valuesOf(form);
  leave(desk);
  await perform("slash", { channel: ui.channel, command: path, options });
}
