"use server";

import { createApiKey, revokeApiKey, rotateApiKey } from "@/server/connectivity/contract";
import { action } from "@/server/endpoints";
import { liftFreeze, setFreeze } from "@/server/gate/freeze-contract";

export const create = action(createApiKey);
export const rotate = action(rotateApiKey);
export const revoke = action(revokeApiKey);
export const freeze = action(setFreeze);
export const lift = action(liftFreeze);
