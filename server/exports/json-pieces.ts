// Client JSON in pieces, so that neither memory nor the loop is ever taken by one long list.

import { jcs } from "@/server/evidence/canonical";
import { rest } from "@/server/platform/workers/pace";

/** A list that is read while it is written. */
export class ListInPages {
  readonly pages: () => AsyncIterable<readonly unknown[]>;

  constructor(pages: () => AsyncIterable<readonly unknown[]>) {
    this.pages = pages;
  }
}

/** As `jcs` writes an object; members may be a `ListInPages`. */
export async function* objectText(value: { readonly [member: string]: unknown }): AsyncGenerator<string> {
  let text = "{";
  for (const name of Object.keys(value).sort()) {
    const member = value[name];
    if (member === undefined) continue;
    yield `${text}${jcs(name)}:`;
    if (member instanceof ListInPages) yield* listText(member.pages());
    else if (Array.isArray(member)) yield* listText(slicesOf(member));
    else yield jcs(member);
    text = ",";
  }
  yield text === "{" ? "{}" : "}";
}

async function* listText(
  pages: AsyncIterable<readonly unknown[]> | Iterable<readonly unknown[]>,
): AsyncGenerator<string> {
  yield "[";
  let isFirst = true;
  for await (const page of pages) {
    if (page.length === 0) continue;
    yield `${isFirst ? "" : ","}${page.map(jcs).join(",")}`;
    isFirst = false;
    await rest();
  }
  yield "]";
}

const AT_ONCE = 200;

function* slicesOf(values: readonly unknown[]): Generator<readonly unknown[]> {
  for (let at = 0; at < values.length; at += AT_ONCE) yield values.slice(at, at + AT_ONCE);
}
