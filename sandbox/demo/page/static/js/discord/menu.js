// The menu of a message: by right click, by the ⋯ button or by a long press.

import { perform } from "../actions.js";
import { h } from "../dom.js";
import { icon } from "../icons.js";
import { show, world } from "../store.js";
import { t } from "../texts.js";
import { toast } from "../toast.js";
import { messageCommands } from "./commands.js";

const root = () => document.getElementById("menus");
const QUICK = ["🔖", "👍", "❤️", "😂"];
let back = null;

/** Open the menu of a message at the pointer or below the button. */
export function messageMenu(event, message) {
  if (event.cancelable) event.preventDefault();
  closeMenu();
  back = document.activeElement;
  const menu = h("div", { class: "menu", role: "menu", "aria-label": t("messageMenu") }, entries(message));
  root().append(menu);
  place(menu, pointOf(event));
  menu.addEventListener("keydown", (pressed) => keys(pressed, menu));
  menu.querySelector("[role=menuitem]").focus();
  setTimeout(() => document.addEventListener("pointerdown", outside), 0);
}

function pointOf(event) {
  const touch = event.touches?.[0];
  if (touch) return [touch.clientX, touch.clientY];
  if (event.type === "contextmenu" && (event.clientX || event.clientY)) return [event.clientX, event.clientY];
  const box = (event.currentTarget ?? event.target).getBoundingClientRect();
  return [box.right - 200, box.bottom + 4];
}

function place(menu, [x, y]) {
  const box = menu.getBoundingClientRect();
  menu.style.left = `${Math.max(8, Math.min(x, window.innerWidth - box.width - 8))}px`;
  menu.style.top = `${Math.max(8, Math.min(y, window.innerHeight - box.height - 8))}px`;
  menu.classList.toggle("flip", x > window.innerWidth - 470);
}

function entries(message) {
  return [
    message.ephemeral ? null : quick(message),
    message.ephemeral ? null : entry("reply", t("reply"), () => show({ replyTo: message })),
    entry("copy", t("copyText"), () => copy(message.content)),
    entry("link", t("copyLink"), () => copy(message.jump_url)),
    message.ephemeral ? null : apps(message),
    message.mine && message.content ? entry("pencil", t("edit"), () => change(message)) : null,
    message.mine ? entry("trash", t("delete"), () => perform("delete", { message: message.id }), "danger") : null,
  ].filter(Boolean);
}

function quick(message) {
  return h("div", { class: "quick" }, QUICK.map((emoji) => h("button", {
    type: "button", role: "menuitem", tabindex: "-1", "aria-label": t("reactWith", { emoji }),
    onclick: () => run(() => perform("react", { message: message.id, emoji })),
  }, emoji)));
}

function entry(mark, label, action, kind = "") {
  return h("button", { class: `entry ${kind}`, type: "button", role: "menuitem", tabindex: "-1", onclick: () => run(action) }, label, icon(mark, 17));
}

function run(action) {
  closeMenu();
  action();
}

function change(message) {
  const text = window.prompt(t("editPrompt"), message.content)?.trim();
  if (text && text !== message.content) perform("edit", { message: message.id, text });
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text ?? "");
    toast(t("copied"));
  } catch {
    toast(text);
  }
}

function apps(message) {
  const found = messageCommands();
  const sub = h("div", { class: "menu sub", role: "menu", "aria-label": t("apps") }, found.length
    ? found.map((one) => appEntry(one, message))
    : h("p", { class: "none" }, t("noApps")));
  const head = h("button", { class: "entry parent", type: "button", role: "menuitem", tabindex: "-1", "aria-haspopup": "menu" }, t("apps"), icon("next", 17));
  head.addEventListener("click", () => sub.querySelector("[role=menuitem]")?.focus());
  return h("div", { class: "nest" }, head, sub);
}

function appEntry(command, message) {
  const bot = world.state.discord.bot;
  const go = () => perform("menu", { channel: message.channel_id, message: message.id, command: command.name });
  return h("button", { class: "entry", type: "button", role: "menuitem", tabindex: "-1", "data-command": command.name, onclick: () => run(go) },
    h("span", {}, command.display, h("small", {}, bot?.name ?? "")),
    bot ? h("img", { src: bot.avatar, alt: "", width: 20, height: 20 }) : null);
}

function keys(event, menu) {
  const level = document.activeElement.closest(".menu") ?? menu;
  const items = [...level.querySelectorAll("[role=menuitem]")].filter((one) => one.closest(".menu") === level);
  const at = items.indexOf(document.activeElement);
  if (event.key === "ArrowDown") items[(at + 1) % items.length].focus();
  else if (event.key === "ArrowUp") items[(at - 1 + items.length) % items.length].focus();
  else if (event.key === "ArrowRight") document.activeElement.closest(".nest")?.querySelector(".sub [role=menuitem]")?.focus();
  else if (event.key === "ArrowLeft") level.closest(".nest")?.querySelector(".parent").focus();
  else if (event.key === "Escape" || event.key === "Tab") closeMenu();
  else return;
  event.preventDefault();
}

function outside(event) {
  if (!root().contains(event.target)) closeMenu();
}

/** Put the menu away and give the focus back. */
export function closeMenu() {
  document.removeEventListener("pointerdown", outside);
  if (!root().firstChild) return;
  root().replaceChildren();
  back?.focus?.({ preventScroll: true });
}
