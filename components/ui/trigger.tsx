import { isValidElement, type ReactElement, type ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";

/** What opens a floating layer must be a real button: ours is taken as it is, anything else is put into one. */
export function triggerButton(trigger: ReactNode): ReactElement<object> {
  const isButton =
    isValidElement<object>(trigger) &&
    (trigger.type === Button || trigger.type === IconButton || trigger.type === "button");
  if (isButton) return trigger;
  return <Button variant="quiet">{trigger}</Button>;
}
