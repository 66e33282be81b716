"use client";

import { useQuery } from "@tanstack/react-query";
import { Snowflake } from "lucide-react";
import { count } from "@/components/data/format";
import { openFreezesQuery } from "@/components/policies/policy-queries";
import { ButtonLink } from "@/components/ui/button";
import { listFreezes } from "@/server/gate/freeze-contract";
import { api } from "@/server/platform/http/client";

/** Quiet while nothing is frozen; a number when something is. */
export function FreezesLink() {
  const { data } = useQuery(api.query(listFreezes, openFreezesQuery));
  const open = data?.pagination.total ?? 0;
  return (
    <ButtonLink href="/policies/freezes" variant={open > 0 ? "danger" : "quiet"} icon={<Snowflake aria-hidden />}>
      {open > 0 ? `${count(open)} frozen` : "Freezes"}
    </ButtonLink>
  );
}
