import { create, freeze, lift, revoke, rotate } from "@/app/(console)/connectivity/actions";
import type { KeyActions } from "@/components/connectivity/key-server-actions";

export const keyActions: KeyActions = { create, rotate, revoke, freeze, lift };
