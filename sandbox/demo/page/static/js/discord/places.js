// Going to a message by its address, as a link from KakaoTalk does.

import { show, world } from "../store.js";
import { t } from "../texts.js";
import { toast } from "../toast.js";
import { glow } from "./messages.js";

/** Open the channel of a message and let the message glow; says whether it can be seen. */
export function glowIn(found) {
  const known = world.state.discord.messages[found.channel];
  if (!known) {
    toast(t("notVisible"), "bad");
    return false;
  }
  show({ guild: found.guild === "@me" ? null : found.guild, channel: found.channel });
  document.getElementById("discord").scrollIntoView({ behavior: "smooth", block: "nearest" });
  requestAnimationFrame(() => glow(document.getElementById("messages"), found.message));
  return true;
}
