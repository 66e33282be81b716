"use client";

import { CloudOff, LoaderCircle, LogIn, Radio } from "lucide-react";
import { classes } from "@/components/ui/classes";
import { Link } from "@/components/ui/link";
import { type Connection, useConnection } from "./live";

const looks: Readonly<Record<Connection, { text: string; tone: string; title: string; icon: typeof Radio }>> = {
  live: { text: "Live", tone: "text-muted", title: "What you see is kept up to date", icon: Radio },
  connecting: { text: "Connecting", tone: "text-muted", title: "Connecting to live updates", icon: LoaderCircle },
  lost: {
    text: "Not live",
    tone: "text-tone-review",
    title: "The connection is lost; what you see may be old. Trying again.",
    icon: CloudOff,
  },
  ended: { text: "Sign in again", tone: "text-tone-review", title: "Your session has ended", icon: LogIn },
};

/** Whether the page is live; in words, because it decides whether to trust what stands there. */
export function ConnectionMark() {
  const connection = useConnection();
  const { text, tone, title, icon: Icon } = looks[connection];
  const face = (
    <>
      <Icon aria-hidden className="size-3.5" />
      <span className={classes(connection === "live" && "max-sm:sr-only")}>{text}</span>
    </>
  );
  return (
    <span role="status" title={title} className={classes("flex items-center gap-1.5 px-2 text-xs sm:min-w-26", tone)}>
      {connection === "ended" ? (
        <Link href="/sign-in" className="flex items-center gap-1.5 underline">
          {face}
        </Link>
      ) : (
        face
      )}
    </span>
  );
}
