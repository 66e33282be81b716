"use client";

import { ChevronsUpDown } from "lucide-react";
import { Popover } from "@/components/ui/popover";
import { tellOtherTabs } from "./other-tabs";
import { useSession } from "./session";
import type { FrameActions } from "./shell";

/** Which tenant is looked at. Somebody with one seat sees its name only. */
export function TenantSwitcher({ switchTenant }: Readonly<Pick<FrameActions, "switchTenant">>) {
  const { tenant, seats } = useSession();
  if (seats.length < 2) return <span className="min-w-0 truncate font-semibold">{tenant.name}</span>;
  const trigger = (
    <button
      type="button"
      className="flex min-w-0 items-center gap-1 rounded-md px-1 py-0.5 font-semibold hover:bg-hover"
    >
      <span className="truncate">{tenant.name}</span>
      <ChevronsUpDown aria-hidden className="size-3.5 shrink-0 text-muted" />
    </button>
  );
  // A whole new document: the router keeps pages and the frame of the tenant before, and "back" would show them.
  const enter = async (form: FormData) => {
    await switchTenant(form);
    tellOtherTabs();
    window.location.assign("/overview/highlights");
  };
  return (
    <Popover label="Switch tenant" trigger={trigger}>
      <form action={enter} className="flex min-w-52 flex-col">
        {seats.map((seat) => (
          <button
            key={seat.tenant_id}
            type="submit"
            name="tenant_id"
            value={seat.tenant_id}
            aria-current={seat.tenant_id === tenant.tenant_id ? "true" : undefined}
            className="flex items-baseline justify-between gap-4 rounded-md px-2 py-1.5 text-left hover:bg-hover aria-[current]:bg-selected"
          >
            <span>{seat.name}</span>
            <span className="text-muted text-xs">{seat.role}</span>
          </button>
        ))}
      </form>
    </Popover>
  );
}
