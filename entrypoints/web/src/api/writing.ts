import { useEffect, useEffectEvent, useState } from "react";
import { leaveOff, leftOff } from "./session";

/**
 * The state of something longer that a member writes, `begun` with what there was. If their session ends meanwhile, it is
 * there again when they have signed in again in this tab; nobody else who signs in gets to see it.
 */
export function useWriting<T>(name: string, begun: T): [T, (text: T) => void] {
  const [written, write] = useState(() => leftOff(name) as T | undefined);
  const leave = useEffectEvent(() => leaveOff(name, written));
  useEffect(() => () => leave(), []);
  return [written ?? begun, write];
}
