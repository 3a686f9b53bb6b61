// Hands the message of this page to Kakao's SDK, which opens the picker. What a visitor reads
// stands in the page, in both languages; here it is only shown or hidden.
"use strict";

const offer = JSON.parse(document.getElementById("offer").textContent);
const all = (selector) => document.querySelectorAll(selector);

function say(name) {
  for (const line of all("[data-says]")) line.hidden = line.dataset.says !== name;
}

function refuse(error) {
  for (const place of all("[data-why]")) place.textContent = error.message;
  say("refused");
}

function load() {
  const script = document.createElement("script");
  script.src = offer.sdk.url;
  script.integrity = offer.sdk.integrity;
  script.crossOrigin = "anonymous";
  script.onload = begin;
  script.onerror = explain;
  document.head.append(script);
}

// A browser does not say why a script was not loaded. One that can be fetched all the same was
// there, but is not the file that the operator has named.
async function explain() {
  const answer = await fetch(offer.sdk.url, { credentials: "omit" }).catch(() => null);
  say(answer?.ok ? "altered" : "unreachable");
}

function begin() {
  try {
    window.Kakao.init(offer.key);
  } catch (error) {
    refuse(error);
    return;
  }
  for (const button of all("[data-share]")) {
    button.disabled = false;
    button.addEventListener("click", share);
  }
}

// The SDK keeps to itself whether its window has come up: null is a window that was blocked, over
// which some of its versions stumble.
function share() {
  const { open } = window;
  let picker;
  let trouble;
  window.open = (...args) => (picker = open.apply(window, args));
  try {
    window.Kakao.Share[offer.call](structuredClone(offer.message));
  } catch (error) {
    trouble = error;
  }
  window.open = open;
  if (picker === null) say("blocked");
  else if (trouble) refuse(trouble);
  else say("opened");
}

load();
