import { Callout } from "@/components/ui/callout";
import { TextField } from "@/components/ui/field";
import { DoorForm } from "./door-form";
import { type DoorAction, fieldError } from "./door-state";

export function PasswordForm({ action }: Readonly<{ action: DoorAction }>) {
  return (
    <DoorForm
      action={action}
      submit="Change the password"
      done={() => (
        <Callout tone="allow" title="The password is changed">
          Every other session of yours has ended.
        </Callout>
      )}
    >
      {(state) => (
        <>
          <TextField
            name="current_password"
            label="Current password"
            type="password"
            autoComplete="current-password"
            required
            error={fieldError(state, "current_password")}
          />
          <TextField
            name="new_password"
            label="New password"
            type="password"
            autoComplete="new-password"
            minLength={12}
            required
            hint="At least 12 characters. All your other sessions end."
            error={fieldError(state, "new_password")}
          />
        </>
      )}
    </DoorForm>
  );
}
