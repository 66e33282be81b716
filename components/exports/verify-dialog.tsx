"use client";

import { FileSearch } from "lucide-react";
import { type DragEvent, useId, useState } from "react";
import { classes } from "@/components/ui/classes";
import { Dialog } from "@/components/ui/dialog";
import { OfflineHint } from "./offline-hint";
import { useVerification } from "./use-verification";
import { VerifyResult } from "./verify-result";

interface VerifyDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Any file that claims to be a bundle, of this tenant or of another one. */
export function VerifyDialog({ open, onOpenChange }: VerifyDialogProps) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      size="wide"
      title="Verify a file"
      description="Checks a PDF or JSON bundle by what is inside it and by this server's published keys. The file is not kept."
    >
      <VerifyFile />
    </Dialog>
  );
}

function VerifyFile() {
  const check = useVerification();
  const file = check.variables?.fileName ?? "EVD-0123456789ab.json";
  return (
    <div className="flex flex-col gap-4">
      <DropPlace
        isPending={check.isPending}
        onFile={(chosen) =>
          check.mutate({ fileName: chosen.name, size: chosen.size, read: () => chosen.arrayBuffer() })
        }
      />
      <VerifyResult check={check} />
      <OfflineHint fileName={file} />
    </div>
  );
}

function DropPlace({ isPending, onFile }: { isPending: boolean; onFile: (file: File) => void }) {
  const id = useId();
  const take = (files: FileList | null) => {
    const [file] = files ?? [];
    if (file !== undefined && !isPending) onFile(file);
  };
  const { isOver, handlers } = useDrop(take);
  return (
    <label
      htmlFor={id}
      {...handlers}
      className={classes(
        "flex cursor-pointer flex-col items-center gap-1 rounded-lg border border-strong border-dashed px-4 py-8 text-center focus-within:outline-2 focus-within:outline-focus hover:bg-hover",
        isOver && "bg-selected",
      )}
    >
      <FileSearch aria-hidden className="size-5 text-muted" />
      <span className="font-medium">{isPending ? "Checking…" : "Drop a file here, or choose one"}</span>
      <span className="text-muted text-xs">.pdf, .json or .jsonl, up to 32 MiB</span>
      <input
        id={id}
        type="file"
        accept=".pdf,.json,.jsonl,application/pdf,application/json"
        className="sr-only"
        disabled={isPending}
        onChange={(event) => {
          take(event.target.files);
          event.target.value = "";
        }}
      />
    </label>
  );
}

function useDrop(take: (files: FileList) => void) {
  const [isOver, setOver] = useState(false);
  const handlers = {
    onDragOver: (event: DragEvent) => {
      event.preventDefault();
      setOver(true);
    },
    onDragLeave: () => setOver(false),
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      take(event.dataTransfer.files);
    },
  };
  return { isOver, handlers };
}
