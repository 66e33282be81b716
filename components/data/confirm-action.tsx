"use client";

import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { ActionForm, type ActionFormProps } from "./action-form";

interface ConfirmActionProps<V> extends ActionFormProps<V> {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  /** What will be different afterwards, with numbers where there are any. */
  effect: ReactNode;
}

/** A dialog that says what a deed does before it is done; it closes when it is done. */
export function ConfirmAction<V>({ open, onOpenChange, title, effect, onDone, ...form }: ConfirmActionProps<V>) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={title}>
      <div className="mb-4 text-sm">{effect}</div>
      <ActionForm
        {...form}
        cancel={
          form.cancel ?? (
            <Button variant="quiet" onClick={() => onOpenChange(false)}>
              Cancel
            </Button>
          )
        }
        onDone={(value) => {
          onOpenChange(false);
          onDone?.(value);
        }}
      />
    </Dialog>
  );
}
