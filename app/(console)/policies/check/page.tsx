import type { Metadata } from "next";
import { CheckView } from "@/components/policies/check-view";

export const metadata: Metadata = { title: "What would apply?" };

export default function CheckPage() {
  return <CheckView />;
}
