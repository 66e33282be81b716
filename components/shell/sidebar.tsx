"use client";

import { LogOut, ShieldCheck, X } from "lucide-react";
import { usePathname } from "next/navigation";
import { classes } from "@/components/ui/classes";
import { IconButton } from "@/components/ui/icon-button";
import { Link } from "@/components/ui/link";
import { useSession } from "./session";
import type { FrameActions } from "./shell";
import { TenantSwitcher } from "./tenant-switcher";
import { hrefOf, topicAt, treeOf } from "./topics";

interface SidebarProps extends FrameActions {
  isOpen: boolean;
  onClose(): void;
}

/** Domains with their subdomains; Account at the foot. On a narrow screen a drawer over the page. */
export function Sidebar({ isOpen, onClose, signOut, switchTenant }: Readonly<SidebarProps>) {
  const { permissions } = useSession();
  const tree = treeOf(permissions);
  return (
    <>
      {isOpen ? (
        <button
          type="button"
          aria-label="Close the menu"
          className="fixed inset-0 z-30 bg-scrim lg:hidden"
          onClick={onClose}
        />
      ) : null}
      <aside
        aria-label="Console"
        className={classes(
          "z-40 flex w-55 shrink-0 flex-col border-r border-line bg-sunken max-lg:fixed max-lg:inset-y-0 max-lg:left-0 max-lg:w-64 max-lg:shadow-floating",
          !isOpen && "max-lg:hidden",
        )}
      >
        <div className="flex h-11 items-center gap-2 border-b border-line px-3">
          <ShieldCheck aria-hidden className="size-4 shrink-0 text-accent" />
          <TenantSwitcher switchTenant={switchTenant} />
          <span className="flex-1 lg:hidden" />
          <span className="lg:hidden">
            <IconButton label="Close the menu" icon={<X />} onClick={onClose} />
          </span>
        </div>
        <nav aria-label="Domains" className="flex min-h-0 flex-1 flex-col overflow-y-auto p-2">
          {tree.map(({ domain, subdomains }) => (
            <Domain key={domain} name={domain} subdomains={subdomains} />
          ))}
        </nav>
        <SignedIn signOut={signOut} />
      </aside>
    </>
  );
}

type Subdomains = ReturnType<typeof treeOf>[number]["subdomains"];

function Domain({ name, subdomains }: Readonly<{ name: string; subdomains: Subdomains }>) {
  const current = useCurrentTopic();
  return (
    <section aria-label={name} className={classes("mb-3", name === "Account" && "mt-auto border-t border-line pt-2")}>
      <h2 className="px-2 py-1 font-semibold text-xs">{name}</h2>
      <ul>
        {subdomains.map(({ name: subdomain, topics }) => {
          const [first] = topics;
          const isHere = topics.some((topic) => topic.id === current?.id);
          return first === undefined ? null : (
            <li key={subdomain}>
              <Link
                href={hrefOf(first)}
                aria-current={isHere ? "true" : undefined}
                className={classes(
                  "flex h-7 items-center rounded-md px-2",
                  isHere ? "bg-selected font-medium" : "text-muted hover:bg-hover hover:text-ink",
                )}
              >
                {subdomain}
              </Link>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

// A detail page belongs to the domain's first topic.
function useCurrentTopic() {
  const pathname = usePathname();
  const { permissions } = useSession();
  const own = topicAt(pathname);
  if (own !== undefined) return own;
  const [, domain, part] = pathname.split("/");
  const found = treeOf(permissions).find((one) => one.domain.toLowerCase() === domain);
  const below = found?.subdomains.find((one) => one.name.toLowerCase() === part) ?? found?.subdomains[0];
  return below?.topics[0];
}

function SignedIn({ signOut }: Readonly<{ signOut: FrameActions["signOut"] }>) {
  const { user, role } = useSession();
  return (
    <div className="flex items-center gap-2 border-t border-line p-2 pl-4">
      <Link href="/account/profile-security" className="min-w-0 flex-1 rounded-md hover:underline" title={user.email}>
        <span className="block truncate font-medium">{user.name}</span>
        <span className="block truncate text-muted text-xs">{role}</span>
      </Link>
      <form action={signOut}>
        <IconButton label="Sign out" icon={<LogOut />} type="submit" />
      </form>
    </div>
  );
}
