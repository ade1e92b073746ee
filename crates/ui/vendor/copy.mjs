// Copies the browser files that are checked in: htmx, the QR reader and the icons.
// Run through script/vendor, which installs the exact versions of package-lock.json first.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { transformSync } from "esbuild";

const here = new URL(".", import.meta.url);
const from = (path) => new URL(`node_modules/${path}`, here);
const to = (path) => new URL(`../assets/${path}`, here);

const icons = [
  "a-large-small", "award", "ban", "bell", "book-open", "building-2", "calendar-days", "camera", "check", "chevron-down",
  "chevron-left", "chevron-right", "chevron-up", "circle-alert", "circle-check", "circle-question-mark", "clipboard-list", "clock", "contrast",
  "download", "file-text", "footprints", "funnel", "history", "hourglass", "house", "info", "languages", "list", "list-checks",
  "lock", "log-in", "log-out", "map-pin", "pencil", "phone", "plus", "printer", "qr-code", "save", "scan-line", "search",
  "settings", "shield-check", "ticket", "trash-2", "triangle-alert", "undo-2", "upload", "user", "users", "wallet", "x",
];

mkdirSync(to("vendor/"), { recursive: true });
copyFileSync(from("htmx.org/dist/htmx.min.js"), to("vendor/htmx.min.js"));

const reader = readFileSync(from("jsqr/dist/jsQR.js"), "utf8");
writeFileSync(to("vendor/jsqr.min.js"), transformSync(reader, { minify: true, legalComments: "none" }).code);

rmSync(to("icons/"), { recursive: true, force: true });
mkdirSync(to("icons/"), { recursive: true });
for (const name of icons) {
  const drawing = readFileSync(from(`lucide-static/icons/${name}.svg`), "utf8");
  const inner = drawing.replace(/^[\s\S]*?<svg[\s\S]*?>/, "").replace(/<\/svg>\s*$/, "").replace(/\s*\n\s*/g, "").replace(/ \/>/g, "/>").trim();
  writeFileSync(to(`icons/${name}.svg`),
    `<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${inner}</svg>`);
}

const version = (name) => JSON.parse(readFileSync(from(`${name}/package.json`), "utf8")).version;
const licence = (name) => readFileSync(from(`${name}/LICENSE`), "utf8").trim();
writeFileSync(to("LICENSES.md"), `# Licences of the files that are not ours

Written by \`script/vendor\`.

## htmx ${version("htmx.org")} (0BSD): \`vendor/htmx.min.js\`

\`\`\`text
${licence("htmx.org")}
\`\`\`

## jsQR ${version("jsqr")} (Apache-2.0), minified: \`vendor/jsqr.min.js\`

\`\`\`text
${licence("jsqr")}
\`\`\`

## Lucide icons ${version("lucide-static")} (ISC): \`icons/*.svg\`, attributes changed

\`\`\`text
${licence("lucide-static")}
\`\`\`
`);
