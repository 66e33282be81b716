"use client";

import { Toast as Base } from "@base-ui/react/toast";
import { X } from "lucide-react";
import { useEffect, useState } from "react";
import { buttonClass } from "@/components/ui/button";
import { classes } from "@/components/ui/classes";
import { IconButton } from "@/components/ui/icon-button";
import type { Tone } from "@/components/ui/mark";
import { takeToasts, watchToasts } from "@/components/ui/toast-queue";
import { toneIcons, toneText } from "@/components/ui/tones";

interface Extra {
  tone: Tone;
}

const shownForMs = 6_000;
const withActionMs = 10_000;

export function ToastStack() {
  const [manager] = useState(() => Base.createToastManager<Extra>());
  useEffect(() => {
    const take = () => {
      for (const { title, description, tone = "neutral", action } of takeToasts()) {
        const isLoud = tone === "error" || tone === "deny" || tone === "critical";
        manager.add({
          title,
          description,
          data: { tone },
          priority: isLoud ? "high" : "low",
          ...(action
            ? { actionProps: { children: action.label, onClick: action.onClick }, timeout: withActionMs }
            : {}),
        });
      }
    };
    take();
    return watchToasts(take);
  }, [manager]);
  return (
    <Base.Provider toastManager={manager} timeout={shownForMs} limit={3}>
      <Base.Portal>
        <Base.Viewport className="fixed right-3 bottom-3 z-60 flex w-[min(24rem,calc(100vw-1.5rem))] flex-col gap-2 outline-none">
          <Messages />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  );
}

function Messages() {
  const { toasts } = Base.useToastManager<Extra>();
  return toasts.map((toast) => {
    const tone = toast.data?.tone ?? "neutral";
    const Icon = toneIcons[tone];
    return (
      <Base.Root
        key={toast.id}
        toast={toast}
        className="rounded-lg bg-raised shadow-floating transition duration-200 data-ending-style:translate-y-2 data-starting-style:translate-y-2 data-ending-style:opacity-0 data-limited:opacity-0 data-starting-style:opacity-0"
      >
        <Base.Content className="flex items-start gap-2.5 py-2 pr-2 pl-3">
          {tone === "neutral" ? null : <Icon aria-hidden className={classes("mt-1 size-4 shrink-0", toneText[tone])} />}
          <div className="min-w-0 flex-1 py-0.5">
            <Base.Title className="font-medium text-sm" />
            <Base.Description className="text-muted" render={<div />} />
          </div>
          <Base.Action className={buttonClass({ size: "small", variant: "secondary" })} />
          <Base.Close render={<IconButton label="Dismiss" icon={<X />} />} />
        </Base.Content>
      </Base.Root>
    );
  });
}
