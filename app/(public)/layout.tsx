import type { ReactNode } from "react";
import { drawn } from "@/app/fault-page";
import { findViewer } from "@/app/viewer";

// Each page in front of the console first looks who is there already.
export default function PublicLayout({ children }: Readonly<{ children: ReactNode }>) {
  return drawn(findViewer, () => children);
}
