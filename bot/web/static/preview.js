// Draws the card of the share page as KakaoTalk will show it, in both languages of the page.
const facts = JSON.parse(document.getElementById("preview").textContent);
const { card, h } = await import(facts.drawing);

const both = (texts) => Object.entries(texts).map(([lang, text]) => h("span", { class: lang, lang }, text));
const said = (key) => both(facts.words[key]);

document.querySelector("[data-preview]").replaceChildren(card(facts.card, {
  app: { icon: facts.icon, name: said("app") },
  say: said,
  shows: (address) => facts.pictures.includes(address),
}));
