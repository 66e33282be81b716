"use client";

import { ConfirmAction } from "@/components/data/confirm-action";
import { freezeReads } from "@/components/policies/reads";
import { usePolicyActions } from "@/components/policies/server-actions";
import { TextAreaField } from "@/components/ui/field";
import { useToast } from "@/components/ui/toast";
import type { Freeze } from "@/server/gate/wire";

export function LiftDialog({ freeze, name, onClose }: { freeze: Freeze; name: string; onClose: () => void }) {
  const { liftFreeze } = usePolicyActions();
  const toast = useToast();
  return (
    <ConfirmAction
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={`Lift the freeze of ${name.replace(/^The/, "the")}`}
      effect={<p>New runs may start again, on every instance within a second. Runs that were ended stay ended.</p>}
      action={liftFreeze}
      refreshes={freezeReads}
      onDone={() => toast({ title: "The freeze is lifted", tone: "allow" })}
      submit="Lift the freeze"
      hidden={{ freeze_id: freeze.freeze_id }}
    >
      {(errors) => (
        <TextAreaField
          name="reason"
          label="Reason"
          hint="It is kept with the freeze and stands in the audit log."
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
