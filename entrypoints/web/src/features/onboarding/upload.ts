import { ProblemError } from "../../api/problem";
import type { Schemas } from "../../api/client";
import { accessToken } from "../../api/session";

/** Send a photo and tell how much of it has gone; `fetch` cannot tell. The key keeps a retry from adding it twice. */
export async function send(file: File, key: string, onProgress: (share: number) => void): Promise<Schemas["PhotoView"]> {
  const token = await accessToken();
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/api/me/photos");
    request.setRequestHeader("Authorization", `Bearer ${token ?? ""}`);
    request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    request.setRequestHeader("Idempotency-Key", key);
    request.responseType = "json";
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    request.onerror = () => reject(new ProblemError({ code: "offline", detail: "SaltBitter could not be reached." }));
    request.onload = () => {
      const body: unknown = request.response;
      if (request.status === 201) resolve(body as Schemas["PhotoView"]);
      else if (typeof body === "object" && body !== null && "code" in body) {
        reject(new ProblemError(body as Schemas["Problem"], Number(request.getResponseHeader("Retry-After")) || null));
      } else reject(new ProblemError({ code: "unreadable", detail: request.statusText, status: request.status }));
    };
    onProgress(0);
    request.send(file);
  });
}
