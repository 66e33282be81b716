"use client";

import { ConfirmAction } from "@/components/data/confirm-action";
import { plural } from "@/components/data/format";
import { ruleReads } from "@/components/policies/reads";
import { usePolicyActions } from "@/components/policies/server-actions";
import { staleRule } from "@/components/policies/stale";
import { useViolationsOf } from "@/components/policies/use-rule";
import { TextAreaField } from "@/components/ui/field";
import { useToast } from "@/components/ui/toast";
import type { Policy } from "@/server/policies/wire";

export function RetireDialog({ rule, onClose }: { rule: Policy; onClose: () => void }) {
  const { retireRule } = usePolicyActions();
  const toast = useToast();
  return (
    <ConfirmAction
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={`Retire “${rule.name}”`}
      effect={<RetireEffect rule={rule} />}
      action={retireRule}
      refreshes={ruleReads}
      onDone={() => toast({ title: `“${rule.name}” is retired`, tone: "allow" })}
      submit="Retire the rule"
      variant="danger"
      hidden={{ policy_id: rule.policy_id, version: String(rule.version) }}
      refused={staleRule(rule)}
    >
      {(errors) => (
        <TextAreaField
          name="reason"
          label="Reason"
          hint="It is kept with the rule and stands in the audit log."
          required
          maxLength={2_048}
          rows={2}
          error={errors("reason")}
          autoFocus
        />
      )}
    </ConfirmAction>
  );
}

function RetireEffect({ rule }: { rule: Policy }) {
  const { violations, isLowerBound } = useViolationsOf({ policy_id: rule.policy_id });
  const acts = rule.rollout === "active" && rule.bound;
  return (
    <ul className="list-disc space-y-1 pl-4">
      <li>
        {acts
          ? "Runs that start from now on are no longer held to it, on every instance within a second."
          : "It acts on nobody now, so no run changes."}
      </li>
      <li>Runs that have started keep it to their end.</li>
      {violations === null || violations === 0 ? (
        <li>It was never broken so far.</li>
      ) : (
        <li>
          It caught {plural(violations, "violation")}
          {isLowerBound ? " or more" : ""} so far. Such steps will pass.
        </li>
      )}
      <li>It cannot be brought back; its versions and its evidence stay.</li>
    </ul>
  );
}
