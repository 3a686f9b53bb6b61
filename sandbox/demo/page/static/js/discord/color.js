// Discord's colour numbers, as they are and as they can be read.

// The brightest ground that a name stands on: a message that mentions its reader.
const GROUND = [64, 61, 56];
const ENOUGH = 4.5;

/** A colour number as CSS. */
export const hex = (color) => `#${color.toString(16).padStart(6, "0")}`;

/** The colour, as much brighter as it takes to be read as a name. */
export function readable(color) {
  const parts = [color >> 16, (color >> 8) & 255, color & 255];
  for (let white = 0; white < 1; white += 0.05) {
    const mixed = parts.map((part) => Math.round(part + (255 - part) * white));
    if (contrast(mixed, GROUND) >= ENOUGH) return `rgb(${mixed.join(" ")})`;
  }
  return "#fff";
}

/** How WCAG 2 measures it (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio). */
function contrast(bright, dark) {
  return (luminance(bright) + 0.05) / (luminance(dark) + 0.05);
}

function luminance(parts) {
  const [red, green, blue] = parts.map((part) => part / 255).map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
