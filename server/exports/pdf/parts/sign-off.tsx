// Left blank, for people with pens.

import { View } from "@react-pdf/renderer";
import { Note } from "@/server/exports/pdf/parts/blocks";
import { Words } from "@/server/exports/pdf/parts/words";
import { colour, size } from "@/server/exports/pdf/theme";

export function SignOffBlock({ roles, statement }: { roles: readonly string[]; statement: string }) {
  return (
    <View wrap={false}>
      <Note>{statement}</Note>
      {roles.map((role) => (
        <View key={role} style={{ flexDirection: "row", marginTop: 12 }}>
          <Line label={`${role}: name`} share={34} />
          <Line label="Signature" share={44} />
          <Line label="Date" share={22} />
        </View>
      ))}
    </View>
  );
}

function Line({ label, share }: { label: string; share: number }) {
  return (
    <View style={{ width: `${share}%`, paddingRight: 14 }}>
      <View style={{ height: 22, borderBottomWidth: 0.75, borderBottomColor: colour.ink }} />
      <Words points={size.small} ink={colour.soft}>
        {label}
      </Words>
    </View>
  );
}
