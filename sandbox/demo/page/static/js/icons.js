// The page's own line icons, drawn for a 24 × 24 field.

const PATHS = {
  hash: "M9 4 7 20M17 4l-2 16M4 9h17M3 15h17",
  thread: "M6 4v9a3 3 0 0 0 3 3h11M16 12l4 4-4 4",
  voice: "M4 9v6h4l5 4V5L8 9H4zm12 0a4 4 0 0 1 0 6m2.5-8.5a8 8 0 0 1 0 11",
  lock: "M6 11h12v9H6zM9 11V8a3 3 0 0 1 6 0v3",
  dots: "M5 12h.01M12 12h.01M19 12h.01",
  reply: "M10 7 4 12l6 5M4 12h9c4 0 7 2 7 6",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  link: "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1m2 4a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
  apps: "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h6v6h-6z",
  again: "M4 5v5h5M5 10a8 8 0 1 1-1 5",
  next: "m9 5 7 7-7 7",
  back: "m15 5-7 7 7 7",
  down: "m5 9 7 7 7-7",
  out: "M14 4h6v6M20 4l-9 9M18 14v6H4V6h6",
  plus: "M12 5v14M5 12h14",
  send: "m4 12 16-8-6 16-3-6z",
  close: "m6 6 12 12M18 6 6 18",
  check: "m5 13 4 4L19 7",
  eye: "M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12zm10-3a3 3 0 1 0 0 6 3 3 0 0 0 0-6z",
  file: "M6 3h8l5 5v13H6zM14 3v5h5",
  bolt: "M13 3 5 14h6l-1 7 8-11h-6z",
  person: "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4 21c0-4 4-6 8-6s8 2 8 6",
  bubble: "M12 4c5 0 9 3 9 7s-4 7-9 7l-4 3v-4c-3-1-5-3-5-6 0-4 4-7 9-7z",
  search: "M11 5a6 6 0 1 0 0 12 6 6 0 0 0 0-12zm5 11 4 4",
  forward: "m14 7 6 5-6 5M20 12h-9c-4 0-7 2-7 6",
  home: "M12 4c5 0 9 3 9 7s-4 7-9 7l-4 3v-4c-3-1-5-3-5-6 0-4 4-7 9-7z",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  play: "M8 5v14l11-7z",
  clock: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zm0 4v4l3 2",
  crown: "m4 8 4 4 4-7 4 7 4-4-2 10H6z",
  heart: "M12 20 4.5 12.5a4.6 4.6 0 0 1 7.5-5.2 4.6 4.6 0 0 1 7.5 5.2z",
  speech: "M4 5h16v11h-9l-4 4v-4H4z",
  share: "M12 4v11M8 8l4-4 4 4M5 13v7h14v-7",
  horn: "M4 10v4h4l8 5V5l-8 5zm16-1v6",
  pencil: "M4 20h4L19 9l-4-4L4 16z",
  calendar: "M4 6h16v14H4zM4 11h16M8 3v4m8-4v4",
  alarm: "M12 4 2 20h20zM12 10v4m0 3h.01",
};

/** An icon by its name; screen readers skip it. */
export function icon(name, size = 20) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const marks = {
    viewBox: "0 0 24 24", width: size, height: size, fill: "none", stroke: "currentColor",
    "stroke-width": 2, "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true",
  };
  for (const [key, value] of Object.entries(marks)) svg.setAttribute(key, value);
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
