// The pages of single things seen last in this tab, for the command palette. A tab outlives a session and a tenant: what one
// person saw in one tenant is shown to nobody else and nowhere else.

export interface RecentPage {
  href: string;
  title: string;
}

/** Who looks, and where. */
export interface Onlooker {
  user: { user_id: string };
  tenant: { tenant_id: string };
}

const KEY = "recent";
const KEPT = 8;

export function recentPages(onlooker: Onlooker): RecentPage[] {
  try {
    const { owner, pages }: { owner?: unknown; pages?: unknown } = Object(
      JSON.parse(sessionStorage.getItem(KEY) ?? "null"),
    );
    return owner === ownerOf(onlooker) && Array.isArray(pages) ? pages.filter(isPage) : [];
  } catch {
    return [];
  }
}

export function rememberPage(onlooker: Onlooker, page: RecentPage): void {
  const others = recentPages(onlooker).filter(({ href }) => href !== page.href);
  const pages = [page, ...others].slice(0, KEPT);
  sessionStorage.setItem(KEY, JSON.stringify({ owner: ownerOf(onlooker), pages }));
}

function ownerOf({ user, tenant }: Onlooker): string {
  return `${tenant.tenant_id}/${user.user_id}`;
}

function isPage(value: unknown): value is RecentPage {
  const { href, title }: { href?: unknown; title?: unknown } = Object(value);
  return typeof href === "string" && href.startsWith("/") && typeof title === "string";
}
