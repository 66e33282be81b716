import { redirect } from "next/navigation";
import { viewer } from "@/app/viewer";

export default async function StartPage() {
  await viewer();
  redirect("/overview/highlights");
}
