"use client";

import { useState } from "react";
import { useMay } from "@/components/shell/session";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { onDemand } from "@/components/ui/on-demand";
import { Tooltip } from "@/components/ui/tooltip";

// Loaded when one is opened.
const NewIncidentForm = onDemand(async () => (await import("./new-incident-form")).NewIncidentForm);

/** Opens an incident by hand: for what no rule saw. */
export function NewIncident({ onCreated }: { onCreated: (incidentId: string) => void }) {
  const [isOpen, setOpen] = useState(false);
  const may = useMay("incidents:respond");
  const button = (
    <Button aria-disabled={!may || undefined} onClick={() => may && setOpen(true)}>
      Open an incident
    </Button>
  );
  return (
    <>
      {may ? button : <Tooltip content="This needs the permission incidents:respond">{button}</Tooltip>}
      <Dialog
        open={isOpen}
        onOpenChange={setOpen}
        title="Open an incident"
        description="For something that no rule or limit saw."
      >
        <NewIncidentForm
          onCancel={() => setOpen(false)}
          onCreated={(id) => {
            setOpen(false);
            onCreated(id);
          }}
        />
      </Dialog>
    </>
  );
}
