import { redirect } from "next/navigation";
import { drawn } from "@/app/fault-page";
import { viewer } from "@/app/viewer";

export default function StartPage() {
  return drawn(viewer, () => redirect("/overview/highlights"));
}
