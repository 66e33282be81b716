import { EditorView } from "@codemirror/view";

/** Over the tokens of globals.css, so that it follows the theme. */
export const conditionTheme = EditorView.theme({
  "&": { fontSize: "0.75rem", color: "var(--ink)", backgroundColor: "transparent" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--font-mono)", lineHeight: "1.25rem", minHeight: "5.5rem" },
  ".cm-content": { padding: "0.375rem 0.625rem", caretColor: "var(--ink)" },
  ".cm-line": { padding: "0" },
  ".cm-placeholder": { color: "var(--faint)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--selected)",
  },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--selected)", outline: "1px solid var(--strong)" },
  "&.cm-focused .cm-nonmatchingBracket": { color: "var(--tone-deny)", backgroundColor: "transparent" },
  ".cel-text": { color: "var(--tone-allow)" },
  ".cel-number": { color: "var(--tone-low)" },
  ".cel-word": { color: "var(--tone-error)" },
  ".cel-call": { color: "var(--tone-accent)" },
  ".cel-mark": { color: "var(--muted)" },
  ".cm-lintRange-error": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--tone-deny) 1px",
    textUnderlineOffset: "3px",
  },
  ".cm-tooltip": {
    border: "0",
    borderRadius: "0.5rem",
    backgroundColor: "var(--raised)",
    color: "var(--ink)",
    boxShadow: "var(--floating)",
    overflow: "hidden",
  },
  ".cm-tooltip-lint": { padding: "0.375rem 0.625rem", maxWidth: "26rem" },
  ".cm-diagnostic": { borderLeft: "0", padding: "0", fontFamily: "var(--font-sans)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": {
    fontFamily: "var(--font-mono)",
    padding: "0.25rem",
    maxHeight: "14rem",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { borderRadius: "0.375rem", padding: "0.125rem 0.5rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": {
    backgroundColor: "var(--hover)",
    color: "var(--ink)",
  },
  ".cm-completionDetail": { color: "var(--muted)", fontStyle: "normal", marginLeft: "1rem" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "600" },
  ".cm-tooltip.cm-completionInfo": {
    padding: "0.375rem 0.625rem",
    fontFamily: "var(--font-sans)",
    color: "var(--muted)",
  },
});
