// CodeMirror around the policy language: our lexer colours, our checker marks, our environment completes.

import {
  autocompletion,
  type CompletionContext,
  type CompletionResult,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching } from "@codemirror/language";
import { forceLinting, linter, type Diagnostic as Mark } from "@codemirror/lint";
import { EditorState, type Extension, RangeSetBuilder, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, drawSelection, EditorView, keymap, placeholder } from "@codemirror/view";
import { conditionFaults } from "@/components/policies/condition-check";
import { type Offer, offersAt } from "@/components/policies/condition-completion";
import { conditionTheme } from "@/components/policies/condition-theme";
import type { BindMoment } from "@/db/vocabulary";
import { isFunctionName } from "@/server/policy-language/check/functions";
import type { Span } from "@/server/policy-language/diagnostics/diagnostic";
import { type Token, tokenize } from "@/server/policy-language/syntax/tokens";

interface Options {
  value: string;
  bindAt: () => BindMoment;
  labelId: string;
  onChange: (value: string) => void;
}

export interface ConditionView {
  /** The moment may have been chosen anew. The text is never written back: it would undo what is typed meanwhile. */
  check(bindAt: BindMoment): void;
  replace(value: string): void;
  select(span: Span): void;
  close(): void;
}

const LINT_DELAY_MS = 250;

export function openConditionView(parent: HTMLElement, options: Options): ConditionView {
  let moment = options.bindAt();
  const view = new EditorView({
    parent,
    state: EditorState.create({ doc: options.value, extensions: extensions(options) }),
  });
  const replace = (value: string) =>
    view.dispatch({
      changes: { from: 0, to: view.state.doc.length, insert: value },
      selection: { anchor: value.length },
    });
  return {
    check(bindAt) {
      if (bindAt !== moment) forceLinting(view);
      moment = bindAt;
    },
    replace(value) {
      replace(value);
      view.focus();
    },
    select({ from, to }) {
      const end = view.state.doc.length;
      view.dispatch({ selection: { anchor: Math.min(from, end), head: Math.min(to, end) }, scrollIntoView: true });
      view.focus();
    },
    close: () => view.destroy(),
  };
}

function extensions({ bindAt, labelId, onChange }: Options): Extension[] {
  const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content;
  return [
    ...(nonce ? [EditorView.cspNonce.of(nonce)] : []),
    history(),
    drawSelection(),
    bracketMatching(),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ "aria-labelledby": labelId, spellcheck: "false" }),
    placeholder('step.skill == "send-payment" && run.cost_cents > 100'),
    colours,
    autocompletion({ override: [(context) => completions(context, bindAt())], icons: false }),
    linter((view) => marks(view.state.doc.toString(), bindAt()), { delay: LINT_DELAY_MS }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) onChange(update.state.doc.toString());
    }),
    keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap]),
    conditionTheme,
  ];
}

function completions(context: CompletionContext, bindAt: BindMoment): CompletionResult | null {
  const found = offersAt(context.state.doc.toString(), context.pos, { bindAt, isAsked: context.explicit });
  if (found === null) return null;
  return { from: found.from, options: found.offers.map(option), validFor: /^"?\w*$/ };
}

function option({ label, kind, detail, info }: Offer) {
  return {
    label,
    type: kind,
    detail,
    ...(info === null ? {} : { info }),
    ...(kind === "group" ? { apply: `${label}.` } : {}),
    boost: kind === "function" ? -1 : 0,
  };
}

function marks(source: string, bindAt: BindMoment): Mark[] {
  return conditionFaults(source, bindAt).map(({ span, message, hint }) => ({
    from: Math.min(span.from, source.length),
    to: Math.min(Math.max(span.to, span.from + 1), source.length),
    severity: "error",
    message: hint === undefined ? message : `${message} ${hint}`,
  }));
}

const colours = StateField.define<DecorationSet>({
  create: (state) => coloured(state.doc.toString()),
  update: (before, change) => (change.docChanged ? coloured(change.newDoc.toString()) : before),
  provide: (field) => EditorView.decorations.from(field),
});

const classOf = (token: Token): string | null => {
  if (token.kind === "text") return "cel-text";
  if (token.kind === "number") return "cel-number";
  if (token.kind === "mark") return "cel-mark";
  if (/^(?:true|false|null|in)$/.test(token.text)) return "cel-word";
  return isFunctionName(token.text) ? "cel-call" : null;
};

// At most 1 024 characters: the whole of it is cheaper to colour anew than to know what changed.
function coloured(source: string): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  for (const token of tokenize(source).all) {
    const name = classOf(token);
    if (name !== null) builder.add(token.from, token.to, Decoration.mark({ class: name }));
  }
  return builder.finish();
}
