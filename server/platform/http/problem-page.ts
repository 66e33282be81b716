// Where the `type` of a problem leads: one plain page per kind of failure.

import { notFound } from "@/server/platform/http/mount";
import { allProblems } from "@/server/platform/http/problem";

/** The page of a slug; 404 as a problem when no module defines it. */
export function problemPage(slug: string): Response {
  const found = allProblems().find((definition) => definition.slug === slug);
  if (!found) return notFound();
  const lines = [found.title, "", `Problem type: ${found.slug}`, `HTTP status: ${found.status}`];
  if (found.fixedDetail !== undefined) lines.push(found.fixedDetail);
  lines.push(
    "",
    "`detail` says what was wrong in this case, `errors` which field, `request_id` finds it in the log.",
    "",
  );
  return new Response(lines.join("\n"), {
    headers: { "Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff" },
  });
}
