"use client";

import { useRouter } from "next/navigation";
import { useEffect, useRef, useState } from "react";
import { hrefOf, shownTopics } from "./topics";

export type Overlay = "palette" | "keys" | null;

const SEQUENCE_MS = 1_200;

/** The keys that work everywhere: ⌘K, `?`, and `g` with a topic's letter. Gives which overlay is open. */
export function useGlobalKeys(): [Overlay, (overlay: Overlay) => void] {
  const [overlay, setOverlay] = useState<Overlay>(null);
  const router = useRouter();
  const isOpen = useRef(false);
  useEffect(() => {
    isOpen.current = overlay !== null;
  }, [overlay]);
  useEffect(() => {
    let goUntil = 0;
    const onKey = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setOverlay((open) => (open === "palette" ? null : "palette"));
        return;
      }
      if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
      if (isOpen.current) {
        // What is typed before the palette has come must not act on the page behind it.
        if (event.key.length === 1) event.stopImmediatePropagation();
        return;
      }
      if (performance.now() < goUntil) {
        goUntil = 0;
        const topic = shownTopics.find(({ key }) => key === event.key);
        if (topic === undefined) return;
        event.preventDefault();
        // The views' own keys must not hear the second letter.
        event.stopImmediatePropagation();
        router.push(hrefOf(topic));
      } else if (event.key === "g") goUntil = performance.now() + SEQUENCE_MS;
      else if (event.key === "?") setOverlay("keys");
    };
    document.addEventListener("keydown", onKey, { capture: true });
    return () => document.removeEventListener("keydown", onKey, { capture: true });
  }, [router]);
  return [overlay, setOverlay];
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}
