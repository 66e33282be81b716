import {
  disable,
  freeze,
  lift,
  precedence,
  retire,
  saveLimit,
  saveNewLimit,
  saveNewRule,
  saveRule,
  saveScopes,
} from "@/app/(console)/policies/actions";
import type { PolicyActions } from "@/components/policies/server-actions";

export const policyActions: PolicyActions = {
  createRule: saveNewRule,
  replaceRule: saveRule,
  retireRule: retire,
  replaceScopes: saveScopes,
  replacePrecedence: precedence,
  createLimit: saveNewLimit,
  replaceLimit: saveLimit,
  disableLimit: disable,
  setFreeze: freeze,
  liftFreeze: lift,
};
