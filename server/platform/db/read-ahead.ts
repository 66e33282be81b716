import { rest } from "@/server/platform/workers/pace";

/** The same pages, each of them asked for while the one before is worked on; between two of them the thread rests. */
export async function* readAhead<Page>(pages: AsyncGenerator<Page>): AsyncGenerator<Page> {
  for (let next = asked(pages); ; ) {
    const { done, value } = await next;
    if (done) return;
    next = asked(pages);
    yield value;
    await rest();
  }
}

// Whoever stops in the middle never hears how the page ahead went.
function asked<Page>(pages: AsyncGenerator<Page>): Promise<IteratorResult<Page>> {
  const next = pages.next();
  next.catch(() => undefined);
  return next;
}
