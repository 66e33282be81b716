"use client";

import { type ReactNode, useState } from "react";
import { ActionForm } from "@/components/data/action-form";
import { ConfirmAction } from "@/components/data/confirm-action";
import { Time } from "@/components/data/time";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { SelectField, TextAreaField } from "@/components/ui/field";
import { useToast } from "@/components/ui/toast";
import type { ApiKey, IssuedApiKey } from "@/server/connectivity/contract";
import type { Freeze } from "@/server/gate/wire";
import { IssuedKey } from "./issued-key";
import { keyReads } from "./key-reads";
import { useKeyActions } from "./key-server-actions";
import { NewKeyForm } from "./new-key-form";

export type KeyDeed = "rotate" | "revoke" | "freeze" | "lift";

interface DeedProps {
  apiKey: ApiKey;
  onClose: () => void;
}

/** The dialog of a deed on a key. `freeze`: the one that is in force, for lifting it. */
export function KeyDialog({ deed, apiKey, freeze, onClose }: DeedProps & { deed: KeyDeed; freeze: Freeze | null }) {
  if (deed === "rotate") return <RotateDialog apiKey={apiKey} onClose={onClose} />;
  if (deed === "revoke") return <RevokeDialog apiKey={apiKey} onClose={onClose} />;
  if (deed === "freeze") return <FreezeDialog apiKey={apiKey} onClose={onClose} />;
  return freeze === null ? null : <LiftDialog apiKey={apiKey} freeze={freeze} onClose={onClose} />;
}

const graces = [
  { value: "0", label: "at once" },
  { value: "300", label: "after 5 minutes" },
  { value: "3600", label: "after an hour" },
  { value: "86400", label: "after a day" },
];

function RotateDialog({ apiKey, onClose }: DeedProps) {
  const { rotate } = useKeyActions();
  return (
    <Dialog open onOpenChange={(open) => open || onClose()} title={`Rotate ${apiKey.name}`}>
      <ActionForm
        action={rotate}
        refreshes={keyReads}
        submit="Rotate"
        hidden={{ key_id: apiKey.key_id }}
        cancel={<Cancel onClose={onClose} />}
        result={(issued) => (
          <IssuedKey
            issued={issued}
            next={
              <Button variant="primary" onClick={onClose}>
                I have copied it
              </Button>
            }
          />
        )}
      >
        {(errors) => (
          <>
            <p className="text-muted">
              A new key with the same name, scopes, agents and expiry takes its place. The old one goes on working until
              the time you choose, so that programs can change over without a gap.
            </p>
            <SelectField
              name="grace_seconds"
              label="The old key stops working"
              options={graces}
              defaultValue="3600"
              error={errors("grace_seconds")}
            />
          </>
        )}
      </ActionForm>
    </Dialog>
  );
}

function RevokeDialog({ apiKey, onClose }: DeedProps) {
  const { revoke } = useKeyActions();
  const toast = useToast();
  return (
    <ConfirmAction
      open
      onOpenChange={(open) => open || onClose()}
      title={`Revoke ${apiKey.name}`}
      effect={
        <p className="text-muted">
          Every program that uses <code>{apiKey.prefix}…</code> is refused from its next request on, for good. Runs that
          it has open cannot go on, and end by their time-outs. <LastUse apiKey={apiKey} />
        </p>
      }
      action={revoke}
      refreshes={keyReads}
      onDone={() => toast({ title: `${apiKey.name} is revoked`, tone: "neutral" })}
      submit="Revoke the key"
      variant="danger"
      hidden={{ key_id: apiKey.key_id }}
    >
      {(errors) => (
        <TextAreaField name="reason" label="Reason" isOptional maxLength={2048} rows={2} error={errors("reason")} />
      )}
    </ConfirmAction>
  );
}

function LastUse({ apiKey }: { apiKey: ApiKey }): ReactNode {
  if (apiKey.last_used_at === null) return "It was never used.";
  return (
    <>
      It was last used <Time at={apiKey.last_used_at} />.
    </>
  );
}

function FreezeDialog({ apiKey, onClose }: DeedProps) {
  const { freeze } = useKeyActions();
  const toast = useToast();
  return (
    <ConfirmAction
      open
      onOpenChange={(open) => open || onClose()}
      title={`Freeze ${apiKey.name}`}
      effect={
        <p className="text-muted">
          It starts no run, and every live run that it started is ended before its next step. It can be lifted; runs
          that were ended stay ended.
        </p>
      }
      action={freeze}
      refreshes={keyReads}
      onDone={(made) =>
        toast({ title: `${apiKey.name} is frozen`, description: stoppedWords(made.in_flight.length), tone: "deny" })
      }
      submit="Freeze the key"
      variant="danger"
      hidden={{ type: "key", id: apiKey.key_id }}
    >
      {(errors) => (
        <TextAreaField name="reason" label="Reason" required maxLength={2048} rows={2} error={errors("reason")} />
      )}
    </ConfirmAction>
  );
}

function stoppedWords(runs: number): string {
  if (runs === 0) return "It had no live run.";
  return runs === 1 ? "Its one live run is being ended." : `Its ${runs} live runs are being ended.`;
}

function LiftDialog({ apiKey, freeze, onClose }: DeedProps & { freeze: Freeze }) {
  const { lift } = useKeyActions();
  const toast = useToast();
  return (
    <ConfirmAction
      open
      onOpenChange={(open) => open || onClose()}
      title={`Lift the freeze of ${apiKey.name}`}
      effect={
        <p className="text-muted">
          It may start runs again. It was frozen <Time at={freeze.created_at} />: “{freeze.reason}”
        </p>
      }
      action={lift}
      refreshes={keyReads}
      onDone={() => toast({ title: `${apiKey.name} may start runs again`, tone: "neutral" })}
      submit="Lift the freeze"
      hidden={{ freeze_id: freeze.freeze_id }}
    >
      {(errors) => (
        <TextAreaField name="reason" label="Reason" required maxLength={2048} rows={2} error={errors("reason")} />
      )}
    </ConfirmAction>
  );
}

/** Opens with "New key". */
export function NewKeyDialog({ onClose, onIssued }: { onClose: () => void; onIssued?: (key: IssuedApiKey) => void }) {
  const [now] = useState(() => Date.now());
  return (
    <Dialog open onOpenChange={(open) => open || onClose()} title="New API key" size="wide">
      <NewKeyForm
        now={now}
        {...(onIssued ? { onIssued } : {})}
        cancel={<Cancel onClose={onClose} />}
        next={() => (
          <Button variant="primary" onClick={onClose}>
            I have copied it
          </Button>
        )}
      />
    </Dialog>
  );
}

function Cancel({ onClose }: { onClose: () => void }) {
  return (
    <Button variant="quiet" onClick={onClose}>
      Cancel
    </Button>
  );
}
