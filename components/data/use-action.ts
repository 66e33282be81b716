"use client";
// A server action with two ways in: before hydration the browser posts the form itself and React puts the answer into the
// page; afterwards the submit event is taken over, so that a lost connection is an answer too and nothing typed is lost.

import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useActionState, useRef, useState, useTransition } from "react";
import { v4 as randomId } from "uuid";
import type { ActionState } from "@/server/platform/http/action";
import { refresh } from "@/server/platform/http/client";
import type { Endpoint } from "@/server/platform/http/contract";

/** What `action(endpoint)` makes of a contract. */
export type ServerAction<V> = (previous: ActionState<V> | null, form: FormData) => Promise<ActionState<V>>;

type Failure = Extract<ActionState<unknown>, { ok: false }>["problem"];

export interface Sent<V> {
  state: ActionState<V> | null;
  pending: boolean;
  /** For `<form>`. */
  action: (form: FormData) => void;
  onSubmit: (event: FormEvent<HTMLFormElement>) => void;
}

interface Effects<V> {
  refreshes: readonly Endpoint[];
  onDone?: ((value: V) => void) | undefined;
}

export function useAction<V>(action: ServerAction<V>, { refreshes, onDone }: Effects<V>): Sent<V> {
  const queries = useQueryClient();
  const [posted, post, isPosting] = useActionState<ActionState<V> | null, FormData>(action, null);
  const [answer, setAnswer] = useState<ActionState<V> | null>(null);
  const [isSending, startSending] = useTransition();
  // One key for one attempt: it stays after a lost answer, and goes when the server has spoken.
  const key = useRef<string | null>(null);

  function onSubmit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    if (isSending) return;
    const form = formOf(event);
    key.current ??= randomId();
    form.set("idempotency_key", key.current);
    startSending(async () => {
      const state = await action(null, form).catch(() => null);
      if (state !== null) key.current = null;
      startSending(() => setAnswer(state ?? { ok: false, problem: unreachable }));
      if (state?.ok !== true) return;
      void refresh(queries, refreshes);
      onDone?.(state.value);
    });
  }

  return { state: answer ?? posted, pending: isSending || isPosting, action: post, onSubmit };
}

function formOf(event: FormEvent<HTMLFormElement>): FormData {
  const { submitter } = event.nativeEvent as SubmitEvent;
  return new FormData(event.currentTarget, submitter);
}

const unreachable: Failure = {
  type: "about:blank",
  title: "The server cannot be reached",
  status: 0,
  detail: "Nothing is known about whether it was done. Sending again is safe: it is done once.",
  instance: "",
  request_id: "",
};
