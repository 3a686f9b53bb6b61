// What has really happened for the person who is looked at, read from the server's picture.

import { me, world } from "../store.js";
import { t } from "../texts.js";

export const TO_ME = "Send to my KakaoTalk";
export const TO_FRIENDS = "Send to Kakao friends";
export const SHARE = "Share on KakaoTalk";
const COMPOSED = ["text", "commerce", "calendar"];

const inside = (one) => [one, ...[...(one.components ?? []), one.accessory ?? []].flat().flatMap(inside)];

/** What can be pressed below a message. */
export const parts = (message) => (message.components ?? []).flatMap(inside);

/** All messages that this person sees, the newest first. */
const messages = () => Object.values(world.state.discord.messages).flat().sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? 1 : -1));

/** The newest message of the bot's that has a part as wanted, and that part. */
export function newestWith(wanted) {
  for (const message of messages().filter((one) => one.author.bot)) {
    const part = parts(message).find(wanted);
    if (part) return { message, part };
  }
  return null;
}

/** The newest answer to a command, as far as one came. */
export const answerTo = (...commands) => messages().find((one) => commands.includes(one.command?.name) && !one.failed && !one.thinking);

/** The newest button that leads to a page of Kkachi's below this path. */
export const linkTo = (path) => newestWith((one) => one.url?.startsWith(`${world.state.bot.url}/${path}/`));

/** The cards in one's own chat, the oldest first. */
export const cards = () => world.state.kakao.chats.find((chat) => !chat.with)?.messages ?? [];

/** Where a card leads that carries a message of Discord's. */
export function messageBehind(card) {
  const address = (card.template.content ?? card.template).link?.web_url ?? "";
  return address.startsWith(`${world.state.bot.url}/m/`) ? address : null;
}

/** The number on the newest card, while one is awaited. */
export const numberOnCard = () => cards().at(-1)?.template.content?.title?.match(/\d{6}/)?.[0] ?? null;

/** The steps that are done. */
export function happened() {
  const { agreed, linked } = me();
  const sent = world.state.kakao.chats.flatMap((chat) => chat.messages.filter((one) => one.mine).map((one) => ({ ...one, toFriend: Boolean(chat.with) && !one.shared })));
  const done = {
    link: agreed || Boolean(linkTo("link")),
    consent: agreed,
    number: linked,
    menu: Boolean(answerTo(TO_ME, "forward me")) && cards().some(messageBehind),
    rule: linked && Boolean(answerTo("highlight add")),
    auto: cameByItself(),
    friends: sent.some((one) => one.toFriend),
    compose: sent.some((one) => one.kind !== "default" || COMPOSED.includes(one.template.object_type)),
    share: sent.some((one) => one.shared),
    status: linked && Boolean(answerTo("kakao status")),
    trouble: renewed(),
  };
  return Object.keys(done).filter((step) => done[step]);
}

/** Whether a card holds the word of a rule that was there before. */
function cameByItself() {
  const rule = answerTo("highlight add");
  const word = t("guideWord").toLowerCase();
  return Boolean(rule) && cards().some((card) => card.at * 1000 > new Date(rule.timestamp) && messageBehind(card) && JSON.stringify(card.template).toLowerCase().includes(word));
}

/** Whether Kkachi was refused for an expired token and got a new one. */
function renewed() {
  const asked = world.state.kakao.requests;
  return asked.some((one, index) => one.path === "/oauth/token" && one.status === 200 && asked[index - 1]?.status === 401);
}
