// What one press in the guide does: it writes and sends what the step asks for, as a person would.

import { follow, perform } from "../actions.js";
import { act } from "../api.js";
import { glowIn } from "../discord/places.js";
import { load } from "../load.js";
import { show, ui, world } from "../store.js";
import { t } from "../texts.js";
import { toast } from "../toast.js";
import { cards, linkTo, messageBehind, newestWith, numberOnCard, parts, SHARE, TO_FRIENDS, TO_ME } from "./facts.js";

const TEXT = 0;
const NUMBER = "kkachi:number:";
const PICKER = "kkachi:friends:";
const SEND_DRAFT = "kkachi:draft:send:";
const SEND_COMPOSED = "kkachi:compose:me:";

/** For each step: the word on its button, and what a press does. */
export const PRESSES = {
  link: () => ({ label: "guideWriteAndOpen", press: writeAndOpen }),
  consent: () => ({ label: "guideOpen", press: () => open(linkTo("link")) }),
  number: () => ({ label: numberOnCard() ? "guideType" : "guideOpen", press: numberOnCard() ? typeNumber : () => open(linkTo("link")) }),
  menu: () => ({ label: "guideSend", press: () => menu(TO_ME) }),
  card: () => ({ label: "guidePress", press: openCard }),
  rule: () => ({ label: "guideWrite", press: () => write("highlight add", { word: t("guideWord") }) }),
  auto: () => ({ label: "guideLetWrite", press: () => trouble("word") }),
  friends,
  compose: () => ({ label: "guideSend", press: compose }),
  share: () => (linkTo("share") ? { label: "guideOpen", press: () => open(linkTo("share")) } : { label: "guideSend", press: () => menu(SHARE) }),
  status: () => ({ label: "guideWrite", press: () => write("kakao status") }),
  trouble: () => ({ label: "guideExpire", press: expireAndSend }),
};

/** Go where the village talks; gives the channel. */
function enter() {
  const [guild] = world.state.discord.guilds;
  const channel = guild.channels.find((one) => one.type === TEXT && one.can_send && !one.hidden);
  if (ui.channel !== channel.id) show({ guild: guild.id, channel: channel.id, replyTo: null });
  return channel.id;
}

const write = (command, options = {}) => perform("slash", { channel: enter(), command, options });

/** The message with a picture is worth carrying. */
function menu(command) {
  const channel = enter();
  const message = world.state.discord.messages[channel].findLast((one) => !one.author.bot && one.attachments.length);
  return perform("menu", { channel, command, message: message.id });
}

/** The tab has to be opened while the press lasts: browsers let nothing open later. */
async function writeAndOpen() {
  const tab = window.open("", "_blank");
  const reply = await write("kakao link");
  const found = reply && linkTo("link");
  if (tab && found) tab.location.replace(found.part.url);
  else tab?.close();
}

function open(found) {
  if (found) window.open(found.part.url, "_blank", "noopener");
  else toast(t("guideNoLink"), "bad");
}

/** With the number typed the first card follows, as far as the link stands then. */
async function typeNumber() {
  const number = numberOnCard();
  const asked = newestWith((one) => one.custom_id?.startsWith(NUMBER));
  const form = asked && await quietly("press", { message: asked.message.id, custom_id: asked.part.custom_id });
  if (!form?.modal) return;
  const [field] = form.modal.components.flatMap((one) => one.component ?? one.components);
  const reply = await perform("submit", { modal: form.modal.id, values: { [field.custom_id]: number } });
  if (reply && world.state.people.find((one) => one.name === ui.person).linked) await menu(TO_ME);
}

/** Like `perform`, with a form that is not shown: it is filled in at once. */
async function quietly(action, details) {
  try {
    return await act(action, details);
  } catch (error) {
    toast(error.message, "bad");
    return null;
  }
}

async function openCard() {
  const card = cards().findLast(messageBehind);
  const found = card && await follow(messageBehind(card));
  if (found) glowIn(found);
  return Boolean(found);
}

async function trouble(verb) {
  await quietly("trouble", { verb });
  await load();
}

function friends() {
  const picker = newestWith((one) => one.custom_id?.startsWith(PICKER));
  if (picker) return { label: "guidePick", press: () => pick(picker) };
  const answer = newestWith((one) => one.url?.startsWith(`${world.state.bot.url}/link/`));
  if (answer?.message.command?.name === TO_FRIENDS) return { label: "guideOpen", press: () => open(answer) };
  return { label: "guideSend", press: () => menu(TO_FRIENDS) };
}

async function pick({ message, part }) {
  const friend = part.options.find((one) => one.label.includes(t("guideFriend"))) ?? part.options[0];
  const chosen = await perform("choose", { message: message.id, custom_id: part.custom_id, values: [friend.value] });
  await pressIn(chosen, SEND_DRAFT);
}

async function compose() {
  const form = await quietly("slash", { channel: enter(), command: "compose", options: { kind: "text" } });
  if (!form?.modal) return;
  const panel = await perform("submit", { modal: form.modal.id, values: { text: t("guideComposed") } });
  await pressIn(panel, SEND_COMPOSED);
}

async function pressIn(reply, button) {
  for (const message of reply?.messages ?? []) {
    const found = parts(message).find((one) => one.custom_id?.startsWith(button) && !one.disabled);
    if (found) return perform("press", { message: message.id, custom_id: found.custom_id });
  }
  return null;
}

async function expireAndSend() {
  await trouble("expire");
  await menu(TO_ME);
}
