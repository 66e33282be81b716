"use client";

import { ListX, Maximize2, Pencil } from "lucide-react";
import { limitHref, ruleHref, violationsHref } from "@/components/policies/rule-href";
import type { MenuItem } from "@/components/ui/menu";
import type { Limit, Policy } from "@/server/policies/wire";

const noPermission = "It needs the permission policies:manage";

export function ruleMenu(rule: Policy, mayManage: boolean): MenuItem[] {
  const href = ruleHref(rule.policy_id);
  const reason = mayManage ? (rule.status === "retired" ? "The rule is retired" : null) : noPermission;
  return menu({ href, reason, violations: violationsHref({ policy_id: rule.policy_id }) });
}

export function limitMenu(limit: Limit, mayManage: boolean): MenuItem[] {
  const href = limitHref(limit.limit_id);
  return menu({
    href,
    reason: mayManage ? null : noPermission,
    violations: violationsHref({ limit_id: limit.limit_id }),
  });
}

function menu({ href, reason, violations }: { href: string; reason: string | null; violations: string }): MenuItem[] {
  return [
    { id: "open", label: "Open page", icon: <Maximize2 aria-hidden />, href },
    {
      id: "edit",
      label: "Edit",
      icon: <Pencil aria-hidden />,
      href: `${href}/edit`,
      disabled: reason !== null,
      reason,
    },
    { id: "violations", label: "Its violations", icon: <ListX aria-hidden />, href: violations },
  ];
}
