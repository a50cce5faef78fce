import { isProblem, ProblemError } from "../../api/problem";
import type { Schemas } from "../../api/client";
import { accessToken, renew } from "../../api/session";

type Progress = (share: number) => void;

/** Send a photo and tell how much of it has gone; `fetch` cannot tell. The key keeps a retry from adding it twice. As
everywhere, the session is renewed once if its token turns out to be over. */
export async function send(file: File, key: string, onProgress: Progress): Promise<Schemas["PhotoView"]> {
  const token = await accessToken();
  try {
    return await sendAs(token, file, key, onProgress);
  } catch (error) {
    const renewed = token !== null && isProblem(error) && error.status === 401 ? await renew(token) : null;
    if (renewed === null) throw error;
    return sendAs(renewed, file, key, onProgress);
  }
}

function sendAs(token: string | null, file: File, key: string, onProgress: Progress): Promise<Schemas["PhotoView"]> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/api/me/photos");
    request.setRequestHeader("Authorization", `Bearer ${token ?? ""}`);
    request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    request.setRequestHeader("Idempotency-Key", key);
    if (document.documentElement.lang) request.setRequestHeader("Accept-Language", document.documentElement.lang);
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
