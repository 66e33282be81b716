// Where in a JSON text a fault is, as a JSON Pointer (RFC 6901, in URI fragment form). Runs only after a fault was
// found, so it may be slow, but it stays linear.

interface Frame {
  keys: Set<string> | null;
  segment: string | number;
  duplicate: boolean;
}

const token = /"(?:[^"\\]+|\\.)*"?|[{}[\],:]|[^\s"{}[\],:]+/gs;

/** Pointer to the value (or key) that holds `offset`. */
export function faultAt(text: string, offset: number): string {
  return walk(text, (at) => at >= offset);
}

/** Pointer to the second of two equal keys of one object. */
export function firstDuplicate(text: string): string {
  return walk(text, (_at, duplicate) => duplicate);
}

function walk(text: string, isHere: (offset: number, duplicate: boolean) => boolean): string {
  const frames: Frame[] = [];
  for (const match of text.matchAll(token)) {
    const [word] = match;
    const top = frames.at(-1);
    if (word.startsWith('"') && top?.keys && isKey(text, match.index + word.length)) enter(top, readKey(word));
    if (isHere(match.index, top?.duplicate ?? false)) return pointerOf(frames.map((frame) => frame.segment));
    if (word === "{") frames.push({ keys: new Set(), segment: "", duplicate: false });
    else if (word === "[") frames.push({ keys: null, segment: 0, duplicate: false });
    else if (word === "}" || word === "]") frames.pop();
    else if (word === "," && top && typeof top.segment === "number") top.segment += 1;
  }
  return "#";
}

function enter(frame: Frame, key: string): void {
  frame.segment = key;
  if (frame.keys?.has(key)) frame.duplicate = true;
  frame.keys?.add(key);
}

function isKey(text: string, end: number): boolean {
  let at = end;
  while (at < text.length && " \t\n\r".includes(text.charAt(at))) at += 1;
  return text.charAt(at) === ":";
}

function readKey(word: string): string {
  try {
    return String(JSON.parse(word));
  } catch {
    return word.slice(1, -1);
  }
}

/** `["rules", 2, "when"]` → `#/rules/2/when`. Long keys are cut: they are the client's, and the answer is ours. */
export function pointerOf(path: readonly PropertyKey[]): string {
  const segments = path.map((part) => encodeURI(wellFormed(String(part)).replaceAll("~", "~0").replaceAll("/", "~1")));
  return ["#", ...segments].join("/");
}

// encodeURI throws on half a surrogate pair.
function wellFormed(text: string): string {
  return text.slice(0, 128).replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, "�");
}
