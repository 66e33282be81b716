// Whoever can write to the database can do the sequencer's work: leaves, nodes and state that all fit. So leaves are looked at
// once more before they are signed for the first time, and the root is made from them rather than from the nodes beside them.

import { leafBytes } from "@/server/evidence/leaf";
import { isSourceMac } from "@/server/evidence/mac";
import { leafHash, newNodes, rootAt } from "@/server/evidence/merkle";
import { evidenceKey } from "@/server/platform/audit/leaf-sources";
import type { SystemSql } from "@/server/platform/db/system-db";
import { orMissing } from "./append";
import { type Leaf, MissingNode, sourceOf, walkLog } from "./log-store";

const PAGE = 1_000;

/** The log's root over `size` leaves, `signed` being what was signed before; or why the leaves since may not be. Only under `lockLog`. */
export async function rootSince(
  sql: SystemSql,
  tenantId: string,
  { signed, size }: { signed: { size: number; root: Buffer }; size: number },
): Promise<Buffer | string> {
  const hashes: Buffer[] = [];
  for (let from = signed.size; from < size; from = signed.size + hashes.length) {
    const page = await sql<Leaf[]>`
      select leaf_index, kind, source_id, hash, at, mac, leaf_hash from log_leaves
      where tenant_id = ${tenantId} and leaf_index >= ${from} and leaf_index < ${Math.min(size, from + PAGE)}
      order by leaf_index`;
    const forged = page.find((leaf) => !isOurs(tenantId, leaf));
    if (forged !== undefined) return `Leaf ${forged.leaf_index} of the log was not written by the application`;
    if (page.length < Math.min(PAGE, size - from)) return "Leaves of the log are missing";
    hashes.push(...page.map((leaf) => leaf.leaf_hash));
  }
  const roots = await walkLog(sql, tenantId, async (read) => {
    const made = await newNodes(signed.size, hashes, read);
    const own = new Map(made.map(({ level, index, hash }) => [`${level}/${index}`, hash]));
    hashes.forEach((hash, at) => {
      own.set(`0/${signed.size + at}`, hash);
    });
    const readOwn = (level: number, index: number) => own.get(`${level}/${index}`) ?? read(level, index);
    return {
      before: await rootAt(signed.size, read),
      made: await rootAt(size, readOwn),
      stored: await rootAt(size, read),
    };
  }).catch(orMissing);
  if (roots instanceof MissingNode) return "The log lacks nodes that were written";
  const isSame = roots.before.equals(signed.root) && roots.stored.equals(roots.made);
  return isSame ? roots.made : "The log's nodes are not those of its leaves";
}

function isOurs(tenantId: string, leaf: Leaf): boolean {
  // PostgreSQL has instants that are none here: infinity.
  if (Number.isNaN(leaf.at.getTime())) return false;
  const source = sourceOf(tenantId, leaf);
  return isSourceMac(evidenceKey(), source, leaf.mac) && leafHash(leafBytes(source)).equals(leaf.leaf_hash);
}
