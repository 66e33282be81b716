// The demo tenant: the story of one run that is stopped at step 3, and two weeks of history before it, all of it made by
// the real gate. Every act has a key of its own, so a seed that was killed halfway is finished by doing it again.

import { crewOf, findDemoTenant, makeDemoTenant } from "@/db/seed/demo-tenant";
import { seedHistory } from "@/db/seed/history";
import { makeRules } from "@/db/seed/rules";
import { isStoryTold, tellStory } from "@/db/seed/story";
import { type DemoAccess, demoAccess } from "@/server/platform/env/demo-access";

/**
 * Makes the demo tenant in an empty database, or finishes one that is half made. Says whether there was anything to do:
 * a database with another first tenant, or with a finished demo, is left alone. Throws when a half-made demo cannot be
 * finished, because the key it was begun with is lost.
 */
export async function seedDemo(access: () => DemoAccess = demoAccess): Promise<boolean> {
  if ((await findDemoTenant()) === null) await makeDemoTenant(access());
  const tenant = await findDemoTenant();
  if (tenant === null || tenant === "other" || (await isStoryTold(tenant))) return false;
  const crew = await crewOf(tenant, access());
  await makeRules(crew);
  await seedHistory(crew);
  // The last of all: that it is told says that everything before it is there.
  await tellStory(crew);
  return true;
}
