import { type Diagnostic, diagnose, type Span, withHint } from "@/server/policy-language/diagnostics/diagnostic";
import { parseCel } from "@/server/policy-language/syntax/cel-library";
import { convert } from "@/server/policy-language/syntax/convert";
import { nestingDepth } from "@/server/policy-language/syntax/nesting";
import { type Token, type Tokens, tokenAt, tokenize } from "@/server/policy-language/syntax/tokens";
import type { Syntax } from "@/server/policy-language/syntax/tree";

/** Characters (UTF-16 code units) of a condition: admin-api.md. */
export const maxConditionLength = 1_024;
/** Brackets, calls, operators on one operand, `?:` branches and macro bodies inside of each other. */
export const maxConditionNesting = 32;

export type Parsed =
  | { readonly ok: true; readonly tree: Syntax }
  | { readonly ok: false; readonly diagnostic: Diagnostic };

/** Text to tree. The limits come first: they bound the parser's own time. Never throws. */
export function parseCondition(source: string): Parsed {
  const whole = { from: 0, to: source.length };
  if (source.length > maxConditionLength) {
    const message = `A condition has at most ${maxConditionLength} characters; this one has ${source.length}.`;
    return refuse(diagnose("too_long", { from: maxConditionLength, to: source.length }, message));
  }
  const tokens = tokenize(source);
  if (tokens.all.length === 0) return refuse(diagnose("empty", whole, "The condition is empty."));
  if (tokens.depth > maxConditionNesting) return refuse(tooDeep(whole));
  const parsed = parseCel(source);
  if (!parsed.ok) return refuse(syntaxError(source, tokens, parsed.offset));
  const tree = convert({ tokens, sourceInfo: parsed.sourceInfo }, parsed.tree);
  if (nestingDepth(tree) > maxConditionNesting) return refuse(tooDeep(whole));
  return { ok: true, tree };
}

function refuse(diagnostic: Diagnostic): Parsed {
  return { ok: false, diagnostic };
}

function tooDeep(span: Span): Diagnostic {
  return diagnose("too_deep", span, `A condition nests at most ${maxConditionNesting} levels deep.`);
}

const hints: Readonly<Record<string, string>> = {
  "=": "Equality is written `==`.",
  "&": "Both conditions: `&&`.",
  "|": "Either condition: `||`.",
  and: "Both conditions: `&&`.",
  AND: "Both conditions: `&&`.",
  or: "Either condition: `||`.",
  OR: "Either condition: `||`.",
  not: "Negation is written `!`.",
  NOT: "Negation is written `!`.",
  "“": 'Strings stand in straight quotes: `"…"`.',
  "”": 'Strings stand in straight quotes: `"…"`.',
  "‘": "Strings stand in straight quotes: `'…'`.",
};

const needsRightSide = /^(?:&&|\|\||[=!<>]=|[<>+\-*/%?:.,!]|in)$/;

function syntaxError(source: string, tokens: Tokens, offset: number | null): Diagnostic {
  const unclosed = tokens.all.find((token) => isUnclosedText(token));
  if (unclosed) return diagnose("syntax", unclosed, "This string is not closed.");
  const badText = tokens.all.find((token) => token.kind === "text");
  if (offset === null) {
    return diagnose(
      "syntax",
      badText ?? { from: 0, to: source.length },
      "A string holds an escape that CEL does not know.",
    );
  }
  if (tokens.unmatched)
    return diagnose("syntax", tokens.unmatched, `This \`${tokens.unmatched.text}\` has no partner.`);
  const index = Math.min(tokenAt(tokens, offset), tokens.all.length - 1);
  const found = tokens.all[index];
  const next = tokens.all[index + 1];
  if (!found) return diagnose("syntax", { from: offset, to: offset }, "The condition is not complete.");
  if (found.from >= offset && needsRightSide.test(found.text)) return afterOperator(found, next);
  const message = found.from < offset ? "The condition is not complete." : `\`${found.text}\` is not expected here.`;
  return withHint(diagnose("syntax", spanOf(found), message), hints[found.text]);
}

function afterOperator(operator: Token, next: Token | undefined): Diagnostic {
  if (!next) return diagnose("syntax", spanOf(operator), `A value is missing after \`${operator.text}\`.`);
  const message = `\`${next.text}\` is not expected after \`${operator.text}\`.`;
  return withHint(diagnose("syntax", spanOf(next), message), hints[next.text]);
}

function isUnclosedText(token: Token): boolean {
  if (token.kind !== "text") return false;
  const quote = /("""|'''|"|')/.exec(token.text)?.[0] ?? '"';
  const body = token.text.slice(token.text.indexOf(quote) + quote.length);
  return !body.endsWith(quote);
}

function spanOf(token: Token): Span {
  return { from: token.from, to: token.to };
}
