/** Runs beside the client, and before most of it has arrived: whoever is signed in waits for one question less. */
import { resume } from "./api/session";

resume().catch(() => {
  // The client asks again, and tells the member.
});
