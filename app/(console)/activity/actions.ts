"use server";

import { replayTrace } from "@/server/activity/contract";
import { action } from "@/server/endpoints";
import { cancelRun, releaseRun } from "@/server/gate/contract";
import { setFreeze } from "@/server/gate/freeze-contract";

export const cancel = action(cancelRun);
export const release = action(releaseRun);
export const freeze = action(setFreeze);
export const replay = action(replayTrace);
