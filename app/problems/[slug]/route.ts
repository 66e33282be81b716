import "@/server/endpoints";
import { problemPage } from "@/server/platform/http/problem-page";

export async function GET(_request: Request, context: { params: Promise<{ slug: string }> }): Promise<Response> {
  return problemPage((await context.params).slug);
}
