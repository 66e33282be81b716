"use client";

import { useRouter } from "next/navigation";
import { useMemo } from "react";
import { usePaletteActions } from "@/components/shell/palette-actions";
import { useMay } from "@/components/shell/session";

/** What the command palette offers on the Policies pages. */
export function usePolicyPalette(): void {
  const router = useRouter();
  const mayManage = useMay("policies:manage");
  const mayOverride = useMay("policies:override");
  const actions = useMemo(() => {
    const to = (href: string) => () => router.push(href);
    const manage = mayManage ? null : "It needs the permission policies:manage";
    const override = mayOverride ? null : "It needs the permission policies:override";
    return [
      { id: "policies.new-rule", label: "New rule", reason: manage, run: to("/policies/rules/new") },
      { id: "policies.new-limit", label: "New limit", reason: manage, run: to("/policies/limits/new") },
      { id: "policies.check", label: "What would apply to a run?", run: to("/policies/check") },
      { id: "policies.freezes", label: "Freeze or lift a freeze", reason: override, run: to("/policies/freezes") },
    ];
  }, [router, mayManage, mayOverride]);
  usePaletteActions(actions);
}
