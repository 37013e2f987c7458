/** Looks of the HTML report: a narrow column to read, figures that use the width, light, dark and paper. */
export const REPORT_CSS = `
:root { --text: #1b1f24; --muted: #57606a; --line: #d5d9de; --ground: #ffffff; --soft: #f4f5f7; --accent: #0b6b8f; --warn: #8a5a00; --warn-ground: #fdf6e3; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6e8eb; --muted: #a3abb5; --line: #3a4048; --ground: #16181c; --soft: #1e2126; --accent: #6cc3e6; --warn: #e6c067; --warn-ground: #2a2417; }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; color: var(--text); background: var(--ground); font: 16px/1.6 system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 2.5rem 1.25rem 5rem; }
h1, h2, h3, h4 { line-height: 1.25; text-wrap: balance; margin: 2.2em 0 0.6em; }
h1 { font-size: 2rem; margin-top: 0; } h2 { font-size: 1.45rem; border-bottom: 1px solid var(--line); padding-bottom: 0.25em; } h3 { font-size: 1.15rem; } h4 { font-size: 1rem; }
p, ul, ol { max-width: 44rem; }
ul, ol { padding-left: 1.4em; }
a { color: var(--accent); } a:focus-visible, [tabindex]:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.subtitle { margin: 0.1em 0; color: var(--muted); }
nav { margin: 2rem 0; padding: 1rem 1.25rem; background: var(--soft); border-radius: 8px; }
nav h2 { margin: 0 0 0.4em; font-size: 1rem; border: 0; padding: 0; }
nav ol { list-style: none; margin: 0; padding: 0; columns: 2; column-gap: 2rem; } nav .level-2 { padding-left: 1.2em; }
code, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 0.88em; }
pre { background: var(--soft); border-radius: 6px; padding: 0.8em 1em; overflow-x: auto; line-height: 1.5; }
.table { overflow-x: auto; margin: 1.4em 0 0.4em; }
table { border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums; min-width: 50%; }
caption, figcaption { text-align: left; color: var(--muted); font-size: 0.9rem; } caption { padding-bottom: 0.5em; }
.number { font-weight: 600; color: var(--text); }
th, td { padding: 0.35em 0.75em; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; overflow-wrap: anywhere; }
td:first-child, th:first-child { padding-left: 0; }
th { font-weight: 600; border-bottom: 2px solid var(--line); } .end { text-align: right; } td.end { white-space: nowrap; overflow-wrap: normal; }
.note { margin-top: 0.2em; font-size: 0.85rem; color: var(--muted); }
figure { margin: 1.8em 0; }
.pictures { display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-start; }
.picture { flex: 1 1 16rem; min-width: 0; max-width: 32rem; } .picture.wide { max-width: 48rem; flex-basis: 100%; }
.picture img { display: block; width: 100%; height: auto; border-radius: 4px; background: #fff; } .plot img { padding: 6px; }
.below { margin: 0.35em 0 0; font-size: 0.85rem; color: var(--muted); }
figcaption { margin-top: 0.6em; } .trace { display: block; font-size: 0.78rem; } .trace a, .record { font-family: ui-monospace, Menlo, Consolas, monospace; color: var(--muted); overflow-wrap: anywhere; }
.missing { border-left: 4px solid var(--warn); background: var(--warn-ground); padding: 0.7em 1em; margin: 1.4em 0; max-width: 44rem; border-radius: 0 6px 6px 0; } .missing p { margin: 0.2em 0; }
.author.open { border: 1px dashed var(--muted); border-radius: 6px; padding: 0.4em 1em; margin: 1.4em 0; max-width: 44rem; } .hint { color: var(--muted); font-style: italic; }
@media (max-width: 640px) { nav ol { columns: 1; } h1 { font-size: 1.6rem; } }
@media print {
  :root { --text: #000; --muted: #444; --line: #bbb; --ground: #fff; --soft: #f4f4f4; --accent: #000; --warn: #555; --warn-ground: #f7f7f7; }
  @page { size: A4; margin: 20mm 18mm 22mm; @bottom-center { content: counter(page); } }
  body { font-size: 10.5pt; } main { max-width: none; padding: 0; } p, ul, ol { max-width: none; }
  h2, h3, h4 { break-after: avoid; } figure, .missing, .author, pre { break-inside: avoid; }
  .table { overflow: visible; } thead { display: table-header-group; } tr { break-inside: avoid; }
  .picture img { max-height: 105mm; width: auto; max-width: 100%; } a { text-decoration: none; color: inherit; } pre { white-space: pre-wrap; }
}
`;

/** Of REPORT_CSS, as a content security policy names it: a report allows this style and no other. A test holds the two together. */
export const REPORT_STYLE_SOURCE = "'sha256-0JkmacoRVjBPwax8cf+7EtTO6GxNwDOmLFYEvPQVhuI='";
